"""The requesters' portal, made for a phone: report in a few questions, follow, answer, say that it works again."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from drifta.desk import actions, queries, uploads
from drifta.desk.models import Category, Ticket
from drifta.desk.portal_forms import AnswerForm, DetailsForm, SubjectForm
from drifta.desk.views.common import ticket_or_404
from drifta.kernel.actions import Refused, catalogue
from drifta.kernel.actor import Actor
from drifta.kernel.http import Request

#: What the three large choices mean: the ticket's kind, and the question that follows.
WISHES = {"incident": "incident", "request": "request", "question": "request"}
SHOWN = 30


@login_required
@require_safe
def home(request: Request) -> HttpResponse:
    """Show what is broken now, the three choices, and one's own open tickets."""
    rows = _own(request.actor)
    context = {"title": _("What can we help you with?"), "tickets": list(rows.open().order_by("-updated_at")[:SHOWN])}
    return render(request, "desk/portal/home.html", context)


def _own(actor: Actor) -> Any:
    """Return the tickets that a person reported or watches, agents' tickets of others left out."""
    person_id = actor.person_id or 0
    rows = Ticket.objects.visible_to(actor)
    return rows.filter(requester_id=person_id) | rows.filter(watching__person_id=person_id)


@login_required
@require_safe
def tickets(request: Request) -> HttpResponse:
    """Show all of one's tickets, newest first."""
    rows = _own(request.actor).distinct().order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: SHOWN + 1])
    more = found[SHOWN - 1].pk if len(found) > SHOWN else None
    return render(
        request, "desk/portal/tickets.html", {"title": _("My tickets"), "tickets": found[:SHOWN], "more": more}
    )


@login_required
@require_http_methods(["GET", "POST"])
def report(request: Request) -> HttpResponse:
    """Ask one question per screen; what was answered so far is in the address, so going back loses nothing."""
    wish = request.GET.get("wish", "")
    if wish not in WISHES:
        return redirect("desk:portal")
    choices = _categories(request.actor)
    category = next((one for one in choices if str(one.pk) == request.GET.get("category", "")), None)
    if choices and "category" not in request.GET:
        return _screen(request, "category", {"wish": wish, "choices": choices}, 1, 3)
    steps = 3 if choices else 2
    subject = SubjectForm(request.GET if "subject" in request.GET else None)
    if not (subject.is_bound and subject.is_valid()):
        return _screen(request, "subject", {"wish": wish, "form": subject, "category": category}, steps - 1, steps)
    return _details(request, wish, category, subject.cleaned_data["subject"], steps)


def _details(request: Request, wish: str, category: Category | None, subject: str, steps: int) -> HttpResponse:
    """Ask the last question, and make the ticket."""
    form = DetailsForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        try:
            ticket = _report(request.actor, wish, category, subject, form)
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("desk:portal-done", ticket.pk)
    context = {"wish": wish, "form": form, "category": category, "subject": subject}
    return _screen(request, "details", context, steps, steps, status=422 if form.is_bound else 200)


def _report(actor: Actor, wish: str, category: Category | None, subject: str, form: DetailsForm) -> Ticket:
    given = form.cleaned_data
    return actions.create(
        actor,
        organisation_id=actor.organisation_id or 0,
        subject=subject,
        text=given["text"] or subject,
        kind=WISHES[wish],
        channel="portal",
        impact=given["impact"],
        category_id=category.pk if category else None,
        attachments=uploads.store(given["attached"]),
    )


def _screen(
    request: Request, name: str, context: dict[str, Any], step: int, steps: int, status: int = 200
) -> HttpResponse:
    titles = {
        "incident": _("Something does not work"),
        "request": _("I need something"),
        "question": _("How do I …?"),
    }
    context |= {"title": titles[context["wish"]], "step": step, "steps": steps, "screen": name}
    return render(request, f"desk/portal/ask_{name}.html", context, status=status)


def _categories(actor: Actor) -> list[Category]:
    rows = Category.objects.filter(organisation_id=actor.organisation_id or 0, is_active=True, parent=None)
    return list(rows.order_by("name")[:24])


@login_required
@require_safe
def done(request: Request, number: int) -> HttpResponse:
    """Say the number, and what happens next."""
    return render(
        request, "desk/portal/done.html", {"title": _("Thank you"), "ticket": ticket_or_404(request, number)}
    )


@login_required
@require_http_methods(["GET", "POST"])
def ticket(request: Request, number: int) -> HttpResponseBase:
    """Follow a ticket, and answer."""
    found = ticket_or_404(request, number)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        try:
            attached = uploads.store(form.cleaned_data["attached"])
            text = form.cleaned_data["text"]
            actions.reply(request.actor, found, text=text, channel="portal", attachments=attached)
        except Refused as refusal:
            form.add_error("text", refusal)
        else:
            messages.success(request, _("Your answer is with us."))
            return redirect("desk:portal-ticket", number)
    as_requester = replace(request.actor, permissions=request.actor.permissions - {"desk.read_all"})
    context = {
        "title": found.subject,
        "ticket": found,
        "form": form,
        "story": queries.timeline(as_requester, found),
        "takes_replies": queries.takes_replies(found),
        "next_words": next_words(found),
    }
    return render(request, "desk/portal/ticket.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def decide(request: Request, number: int, verb: str) -> HttpResponseBase:
    """Close a ticket of one's own because it works again, or re-open it because it does not."""
    if verb not in ("close", "reopen"):
        raise Http404
    found = ticket_or_404(request, number)
    said = {"close": {"resolution": _("It works again.")}, "reopen": {"reason": _("It still does not work.")}}
    try:
        catalogue[f"desk.{verb}"].run(request.actor, found, **said[verb])
    except Refused as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("desk:portal-ticket", number)


def next_words(found: Ticket) -> str:
    """Say what happens next with a ticket."""
    if found.state == Ticket.State.NEW:
        return _("We have received it. Somebody will take care of it.")
    if found.state == Ticket.State.OPEN:
        return (
            _("%(name)s is working on it.") % {"name": found.owner.name} if found.owner else _("We are working on it.")
        )
    if found.state == Ticket.State.WAITING:
        return _("It is waiting. We will go on as soon as we can, or when you answer.")
    if found.state == Ticket.State.RESOLVED:
        return _("We think it is solved. If it is not, answer or press the button.")
    return _("It is closed.")
