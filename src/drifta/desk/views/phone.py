"""Taking calls: one field finds the caller, everything about them stands beside it, a key says what it becomes."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drifta.desk import actions, callers, queries
from drifta.desk.callers import Lead
from drifta.desk.models import Ticket
from drifta.desk.phone_forms import CallForm
from drifta.desk.views.common import for_agents
from drifta.inventory import queries as inventory
from drifta.kernel.actions import Refused
from drifta.kernel.actor import Actor
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.people import actions as people_actions
from drifta.people import queries as people

#: Open tickets and devices of a caller that are shown.
TICKETS, DEVICES = 8, 12


@dataclass
class Call:
    """What is known about a call. With several leads somebody has to choose; without any, the caller is new."""

    text: str = ""
    leads: list[Lead] = field(default_factory=list)
    person: Any = None
    asset: Any = None
    ticket: Ticket | None = None
    tickets: list[Ticket] = field(default_factory=list)
    assets: list[Any] = field(default_factory=list)
    is_new: bool = False

    @property
    def is_taken(self) -> bool:
        """Whether it is settled who calls, so that there is something to write down."""
        return self.is_new or self.person is not None or self.ticket is not None

    @property
    def joinable(self) -> list[Ticket]:
        """The tickets that the call may be about: the one that was named, then the caller's open ones."""
        named = [self.ticket] if self.ticket else []
        return [*named, *(one for one in self.tickets if one.pk != getattr(self.ticket, "pk", None))]


@for_agents
@require_http_methods(["GET", "POST"])
def phone(request: Request) -> HttpResponseBase:
    """Find the caller (``?q=``, so that an exchange can open the page with the number), and take the call."""
    require(request.actor, "desk.work")
    call = _call(request)
    form = _form(request, call) if call.is_taken else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            return _after(request, form, _take(request.actor, call, form))
        except Refused as refusal:
            form.add_error(None, refusal)
    is_bound = form is not None and form.is_bound
    is_part = request.headers.get("HX-Target") == "phone-found"
    context = {"title": _("Phone"), "call": call, "form": form, "done": _done(request)}
    context["arriving"] = not is_part and not is_bound  # then the keys 1, 2 and 3 work at once
    template = "desk/parts/phone_found.html" if is_part else "desk/phone.html"
    return render(request, template, context, status=422 if is_bound else 200)


def _call(request: Request) -> Call:
    given = request.POST if request.method == "POST" else request.GET
    actor, text = request.actor, callers.cleaned(given.get("q", ""))
    call = Call(text, person=people.person(actor, _number(given.get("person", ""))))
    call.asset = inventory.asset(actor, _number(given.get("asset", "")))
    call.ticket = _ticket(actor, _number(given.get("ticket" if request.method == "GET" else "named", "")))
    call.is_new = bool(given.get("new")) and call.person is None
    if not call.is_taken and call.asset is None:
        _look(actor, call)
    elif call.person is None and call.asset is not None:
        call.is_new = True
    if call.person is not None:
        call.tickets = queries.tickets_of_person(actor, call.person.pk, only_open=True, limit=TICKETS)
        call.assets = inventory.assets_of_person(actor, call.person.pk)[:DEVICES]
    if call.asset is not None and call.asset not in call.assets:
        call.assets.insert(0, call.asset)
    return call


def _look(actor: Actor, call: Call) -> None:
    """Look for the caller; the only lead is taken, none at all makes somebody new."""
    call.leads = callers.find(actor, call.text, _language(actor))
    if len(call.leads) == 1:
        lead = call.leads[0]
        call.person, call.asset, call.ticket = lead.person, lead.asset, lead.ticket
    call.is_new = bool(call.text) and (not call.leads or (len(call.leads) == 1 and call.person is None))


def _language(actor: Actor) -> str:
    own = people.organisation(actor.organisation_id or 0)
    return own.language if own else "sv"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _ticket(actor: Actor, number: int) -> Ticket | None:
    return Ticket.objects.visible_to(actor).filter(pk=number).first() if number else None


def _done(request: Request) -> Ticket | None:
    """Return the ticket of the call before, when one was just solved."""
    return _ticket(request.actor, _number(request.GET.get("done", "")))


def _form(request: Request, call: Call) -> CallForm:
    initial: dict[str, Any] = callers.particulars(call.text) if call.person is None else {}
    initial |= {"mode": "join", "ticket": call.ticket.pk} if call.ticket else {}
    initial |= {"assets": [call.asset.pk]} if call.asset else {}
    if "ticket" not in initial and call.tickets:
        initial["ticket"] = call.tickets[0].pk
    data = request.POST if request.method == "POST" else None
    offered = {"tickets": call.joinable, "assets": call.assets}
    return CallForm(data, initial=initial, actor=request.actor, caller=call.person, **offered)


def _take(actor: Actor, call: Call, form: CallForm) -> Ticket:
    """Write the call down, as a whole or not at all."""
    given = form.cleaned_data
    with transaction.atomic():
        if given["mode"] == "join":
            joined = next(one for one in call.joinable if one.pk == given["ticket"])
            return _join(actor, joined, call.person, given["text"])
        person = call.person or _enter(actor, given)
        ticket = _create(actor, person, given)
        if given["mode"] == "solved":
            actions.resolve(actor, ticket, resolution=given["resolution"])
        return ticket


def _enter(actor: Actor, given: dict[str, Any]) -> Any:
    return people_actions.create(
        actor,
        organisation_id=given["organisation"] or actor.organisation_id or 0,
        name=given["name"],
        emails=[given["email"]] if given["email"] else [],
        phones=[given["phone"]] if given["phone"] else [],
    )


def _create(actor: Actor, person: Any, given: dict[str, Any]) -> Ticket:
    is_mine = given["take"] or given["mode"] == "solved"
    return actions.create(
        actor,
        organisation_id=person.organisation_id,
        requester_id=person.pk,
        subject=given["subject"],
        text=given["text"],
        channel=Ticket.Channel.PHONE,
        impact=given["impact"],
        urgency=given["urgency"],
        category_id=given["category"],
        owner_id=actor.person_id if is_mine else None,
        asset_ids=given["assets"],
    )


def _join(actor: Actor, ticket: Ticket, person: Any, text: str) -> Ticket:
    """Note the call in a ticket: what slept goes on, and whoever called about another's ticket hears of it too."""
    actions.note(actor, ticket, text=text, channel=Ticket.Channel.PHONE)
    if person is not None and person.pk != ticket.requester_id:
        actions.watch(actor, ticket, person_id=person.pk)
    if ticket.state == Ticket.State.WAITING:
        actions.resume(actor, ticket)
    elif not ticket.is_open:
        actions.reopen(actor, ticket)
    return ticket


def _after(request: Request, form: CallForm, ticket: Ticket) -> HttpResponseBase:
    """Go on to the ticket; after one that is solved, be ready for the next call."""
    if form.cleaned_data["mode"] == "solved":
        return redirect(f"{reverse('desk:phone')}?done={ticket.pk}")
    if form.cleaned_data["mode"] == "new":
        messages.success(request, _("Ticket #%(number)s is made.") % {"number": ticket.pk})
    return redirect("desk:ticket", ticket.pk)
