"""Writing in tickets: answer, note, phone call, and the drafts of all three."""

from collections.abc import Callable
from email.utils import parseaddr
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from drifta.desk import actions, uploads
from drifta.desk.attached import AttachedFile
from drifta.desk.forms import WriteForm
from drifta.desk.models import Message, Ticket
from drifta.desk.views.common import composer_context, for_agents, parts, story_context, ticket_or_404
from drifta.kernel.actions import Refused
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.people import queries as people

Send = Callable[[Request, Ticket, WriteForm, list[AttachedFile]], Message]


def _reply(request: Request, ticket: Ticket, form: WriteForm, attached: list[AttachedFile]) -> Message:
    given = form.cleaned_data
    state = given["state"] or None
    return actions.reply(
        request.actor, ticket, text=given["text"], copies=given["cc"], attachments=attached, state=state
    )


def _note(request: Request, ticket: Ticket, form: WriteForm, attached: list[AttachedFile]) -> Message:
    return actions.note(request.actor, ticket, text=form.cleaned_data["text"], attachments=attached)


def _call(request: Request, ticket: Ticket, form: WriteForm, attached: list[AttachedFile]) -> Message:
    text = form.cleaned_data["text"]
    message = actions.note(request.actor, ticket, text=text, attachments=attached, channel="phone")
    if form.cleaned_data["state"] == Ticket.State.RESOLVED and ticket.is_open:
        actions.resolve(request.actor, ticket, resolution=text)
    return message


MODES: dict[str, Send] = {"reply": _reply, "note": _note, "call": _call}


@for_agents
@require_POST
def write(request: Request, number: int, mode: str) -> HttpResponseBase:
    """Send what the composer holds; what cannot be sent comes back, with the reason and with its files."""
    ticket = ticket_or_404(request, number)
    require(request.actor, "desk.reply" if mode == "reply" else "desk.note", ticket)
    form = WriteForm(request.POST, request.FILES)
    if not form.is_valid():
        return _again(request, ticket, mode, form, [])
    attached = uploads.kept(request.POST.getlist("kept"))
    crossing: list[Message] = []
    try:
        attached += uploads.store(form.cleaned_data["attached"])
        crossing = _crossing(ticket, form) if mode == "reply" else []
        if not crossing:
            MODES[mode](request, ticket, form, attached)
            actions.save_draft(request.actor, key=f"{ticket.subject_key}:{mode}", text="")
            return parts(request, ticket, toast=_("Sent") if mode == "reply" else _("Saved"), template=SENT)
    except Refused as refusal:
        form.add_error("text", refusal)
    return _again(request, ticket, mode, form, attached, crossing)


SENT = "desk/parts/sent.html"


def _crossing(ticket: Ticket, form: WriteForm) -> list[Message]:
    """Return what came from the requester's side since the writer looked, unless they send anyway."""
    seen = form.cleaned_data["seen"]
    if seen is None or form.cleaned_data["anyway"]:
        return []
    new = ticket.messages.filter(pk__gt=seen, direction=Message.Direction.IN, automatic="").select_related("author")
    return list(new.order_by("pk")[:5])


def _again(
    request: Request,
    ticket: Ticket,
    mode: str,
    form: WriteForm,
    attached: list[AttachedFile],
    crossing: list[Message] | None = None,
) -> HttpResponse:
    """Show the composer once more."""
    context: dict[str, Any] = composer_context(request, ticket)
    context["drafts"][mode] = request.POST.get("text", "")[:500_000]
    kept = [(file, uploads.keep(file)) for file in attached]
    new_seen = max((message.pk for message in crossing), default=0) if crossing else 0
    context |= {
        "mode": mode,
        "write_form": form,
        "crossing": crossing or [],
        "kept": kept,
        "cc": request.POST.getlist("cc"),
    }
    context |= {"ticket": ticket, "seen": new_seen or request.POST.get("seen", "")}
    context |= _leaving(ticket, request.POST.getlist("cc"))
    if request.headers.get("HX-Request"):
        return render(request, "desk/parts/composer.html", context, status=422)
    return render(request, "desk/compose.html", {**story_context(request, ticket), **context}, status=422)


@for_agents
@require_safe
def outside(request: Request, number: int) -> HttpResponse:
    """Warn of copies (``cc``) that leave the organisation of the ticket."""
    ticket = ticket_or_404(request, number)
    return render(request, "desk/parts/outside.html", _leaving(ticket, request.GET.getlist("cc")))


def _leaving(ticket: Ticket, copies: list[str]) -> dict[str, Any]:
    """Return what the warning shows: the addresses outside, and the organisation that they are not of."""
    addresses = [parseaddr(one)[1] for one in copies[:50]]
    found = people.outsiders(ticket.organisation_id, [one for one in addresses if "@" in one])
    return {"outside": found, "organisation": ticket.organisation}


@for_agents
@require_POST
def draft(request: Request) -> HttpResponse:
    """Keep what somebody is writing."""
    actions.save_draft(request.actor, key=request.POST.get("key", "")[:120], text=request.POST.get("text", ""))
    return HttpResponse(status=204)
