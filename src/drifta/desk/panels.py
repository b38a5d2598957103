"""What the desk's panels show: on the ticket page, on a person's page, on Today."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from drifta.desk import notices, queries
from drifta.desk.models import Ticket
from drifta.kernel import clock
from drifta.ui.menu import actor_of

#: Tickets that a box shows.
SHOWN = 8


def facts(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """Kind, category, site, devices and services of a ticket."""
    names = [list(related.values_list("name", flat=True)) for related in (ticket.assets, ticket.services)]
    return {"ticket": ticket, "assets": names[0], "services": names[1]}


def also(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    """Linked tickets, and the requester's others."""
    actor = actor_of(request)
    linked, ties = queries.links(actor, ticket)
    numbers = {one.pk for one in linked}
    others = (
        [
            one
            for one in queries.tickets_of_person(actor, ticket.requester_id, besides=ticket.pk)
            if one.pk not in numbers
        ]
        if ticket.requester_id
        else []
    )
    return {"ticket": ticket, "linked": linked, "ties": ties, "others": others[:5]}


def of_person(request: HttpRequest, person: Any) -> dict[str, Any]:
    """A person's newest tickets."""
    return {"tickets": queries.tickets_of_person(actor_of(request), person.pk, limit=SHOWN), "person": person}


def of_asset(request: HttpRequest, asset: Any) -> dict[str, Any] | None:
    """The open tickets about a device."""
    found = queries.open_tickets_about(actor_of(request), asset_id=asset.pk)
    return {"tickets": found} if found else None


def bell(request: HttpRequest, _page: object) -> dict[str, Any] | None:
    """The bell, which asks by itself how much there is once the page is there; nothing for programs."""
    actor = actor_of(request)
    return {"names": " ".join(notices.live_names(actor))} if actor.kind == "person" else None


def mine(request: HttpRequest, _page: object) -> dict[str, Any]:
    """The actor's own open tickets, most urgent first."""
    found = list(queries.agents_tickets(actor_of(request))[: SHOWN + 1])
    return {"tickets": found[:SHOWN], "more": len(found) > SHOWN, "count": _count(found)}


def unassigned(request: HttpRequest, _page: object) -> dict[str, Any]:
    """Tickets without an owner in the actor's teams."""
    found = list(queries.unassigned(actor_of(request))[: SHOWN + 1])
    return {"tickets": found[:SHOWN], "more": len(found) > SHOWN, "count": _count(found)}


def due(request: HttpRequest, _page: object) -> dict[str, Any]:
    """The actor's waiting tickets that come back today."""
    end = timezone.localtime(clock.now()).replace(hour=23, minute=59, second=59)
    found = list(queries.waiting_due(actor_of(request), end)[:SHOWN])
    return {"tickets": found, "count": _count(found)}


def _count(found: list[Ticket]) -> str:
    return f"{SHOWN}+" if len(found) > SHOWN else str(len(found))
