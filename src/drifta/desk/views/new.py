"""Entering tickets, and the choosers that its fields ask."""

from email.utils import parseaddr
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from drifta.desk import actions, queries, references, uploads
from drifta.desk.forms import NewTicketForm
from drifta.desk.models import Ticket
from drifta.desk.views.common import for_agents
from drifta.inventory import queries as inventory
from drifta.kernel.actions import Refused
from drifta.kernel.actor import Actor
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.people import actions as people_actions
from drifta.people import queries as people

#: Choices that a chooser shows.
FOUND = 20


@for_agents
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponseBase:
    """Enter a ticket; “solved on the phone” resolves it at once."""
    require(request.actor, "desk.create")
    form = NewTicketForm(request.POST or None, request.FILES or None, actor=request.actor, initial=_initial(request))
    if form.is_bound and form.is_valid():
        try:
            return _made(request, _create(request.actor, form))
        except Refused as refusal:
            form.add_error(None, refusal)
    chosen = form["requester"].value()
    person = people.person(request.actor, int(chosen)) if str(chosen or "").isdecimal() else None
    form.fields["requester"].offer(chosen, str(person or chosen))  # type: ignore[attr-defined]
    form.fields["assets"].offer(_assets(request.actor, form["assets"].value() or []))  # type: ignore[attr-defined]
    status = 422 if form.is_bound else 200
    return render(request, "desk/new.html", {"title": _("New ticket"), "form": form}, status=status)


def _initial(request: Request) -> dict[str, Any]:
    """Take what another page knows already from the address (who calls, about which device)."""
    given = {name: request.GET[name] for name in ("requester", "subject", "channel", "kind") if name in request.GET}
    return {**given, **({"assets": request.GET.getlist("asset")} if "asset" in request.GET else {})}


def _assets(actor: Actor, values: list[str]) -> list[Any]:
    numbers = [int(value) for value in values if str(value).isdecimal() and len(str(value)) < 19]
    return list(references.rows("inventory.Asset").visible_to(actor).filter(pk__in=numbers))


def _create(actor: Actor, form: NewTicketForm) -> Ticket:
    given = form.cleaned_data
    attached = uploads.store(given["attached"])
    requester_id = _requester(actor, given["requester"])
    person = people.person(actor, requester_id) if requester_id else None
    return actions.create(
        actor,
        organisation_id=person.organisation_id if person else actor.organisation_id or 0,
        subject=given["subject"],
        text=given["text"],
        kind=given["kind"],
        channel=given["channel"],
        impact=given["impact"],
        urgency=given["urgency"],
        requester_id=requester_id,
        category_id=int(given["category"] or 0),
        team_id=int(given["team"] or 0),
        owner_id=actor.person_id if given["take"] else None,
        asset_ids=given["assets"],
        attachments=attached,
    )


@for_agents
@require_safe
def caller(request: Request) -> HttpResponse:
    """Show what is known about somebody while their ticket is entered."""
    chosen = request.GET.get("requester", "")
    number = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
    person = people.person(request.actor, number)
    tickets = queries.tickets_of_person(request.actor, number, only_open=True) if person else []
    assets = inventory.assets_of_person(request.actor, number)[:FOUND] if person else []
    return render(request, "desk/parts/caller.html", {"person": person, "tickets": tickets, "assets": assets})


def _requester(actor: Actor, chosen: int | str | None) -> int | None:
    """Return the person's number; a mail address nobody has makes somebody new. Raises ``Refused`` for mere words."""
    if chosen is None or isinstance(chosen, int):
        return chosen
    name, address = parseaddr(chosen)
    if "@" not in address:
        raise Refused(_("Nobody is called “%(name)s”. Write their mail address to enter them.") % {"name": chosen})
    organisation_id = actor.organisation_id or 0
    return people_actions.recognise(actor, organisation_id=organisation_id, email=address, name=name).pk


def _made(request: Request, ticket: Ticket) -> HttpResponseBase:
    if "solved" in request.POST:
        resolution = request.POST.get("text", "") or _("Solved on the phone.")
        actions.resolve(request.actor, ticket, resolution=resolution)
    messages.success(request, _("Ticket #%(number)s is made.") % {"number": ticket.pk})
    return redirect("desk:ticket", ticket.pk)


def _text(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]


def _answer(found: list[dict[str, Any]]) -> HttpResponse:
    return JsonResponse(found, safe=False)


@for_agents
@require_safe
def choose_person(request: Request) -> HttpResponse:
    """Find people by name, mail address or number."""
    rows = people.choices(request.actor, _text(request), FOUND)
    return _answer([{"value": row.pk, "text": row.name, "hint": row.email or row.organisation.name} for row in rows])


@for_agents
@require_safe
def choose_address(request: Request) -> HttpResponse:
    """Find mail addresses of people."""
    rows = people.choices(request.actor, _text(request), FOUND)
    return _answer([{"value": row.email, "text": row.name, "hint": row.email} for row in rows if row.email])


@for_agents
@require_safe
def choose_agent(request: Request) -> HttpResponse:
    """Find agents."""
    rows = people.agents(request.actor.organisation_id or 0).filter(name__icontains=_text(request))[:FOUND]
    return _answer([{"value": row.pk, "text": row.name} for row in rows])


@for_agents
@require_safe
def choose_asset(request: Request) -> HttpResponse:
    """Find devices by name."""
    return _answer(_named(request, "inventory.Asset"))


@for_agents
@require_safe
def choose_service(request: Request) -> HttpResponse:
    """Find services by name."""
    return _answer(_named(request, "inventory.Service"))


def _named(request: Request, label: str) -> list[dict[str, Any]]:
    rows = references.rows(label).visible_to(request.actor).filter(name__icontains=_text(request)).order_by("name")
    return [{"value": row.pk, "text": row.name} for row in rows[:FOUND]]
