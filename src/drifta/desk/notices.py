"""What concerns somebody since they last looked: read from the event log, so nothing is written when it happens.

A ticket is somebody's concern when they own, reported or watch it, or when their team has it. Every fact about a
ticket moves its ``updated_at``, and the lists of tickets are indexed by that: so the few tickets that changed are
found first, then the facts about them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Value
from django.utils.translation import gettext as _

from drifta.desk import events as facts
from drifta.desk.models import NoticesSeen, Ticket, Watcher
from drifta.desk.timeline import state_line
from drifta.kernel import clock
from drifta.kernel.actor import Actor
from drifta.kernel.events import restore
from drifta.kernel.models import LoggedEvent, subject_key

#: How far back the list goes, how many notices it has, and among how many facts they are sought, in how many changed
#: tickets of each sort.
BACK, MOST, FACTS, TICKETS = timedelta(days=14), 20, 80, 50
#: A change may be committed some time after its moment.
SLACK = timedelta(minutes=2)
NAMES = [
    kind.event_name
    for kind in (facts.TicketAssigned, facts.TicketHandedOver, facts.MessageAdded, facts.TicketStateChanged)
]


@dataclass(frozen=True)
class Notice:
    """One line of the list: who did what with which ticket. ``event`` is its number in the log."""

    event: int
    at: datetime
    ticket_id: int
    subject: str
    who: str
    text: str
    icon: str
    is_new: bool


@dataclass(frozen=True)
class _Concern:
    """A ticket that changed lately, and whether it is one's own matter or only that of one's team."""

    ticket_id: int
    subject: str
    is_own: bool


def live_names(actor: Actor) -> list[str]:
    """Return the subjects by which open pages hear that something may concern the actor."""
    return [of_person(actor.person_id or 0), *(of_team(pk) for pk in sorted(actor.team_ids))]


def of_person(person_id: int) -> str:
    """Return the live name of one person's notices."""
    return f"desk.notices:person-{person_id}"


def of_team(team_id: int) -> str:
    """Return the live name of what concerns a whole team."""
    return f"desk.notices:team-{team_id}"


def newest(actor: Actor) -> list[Notice]:
    """Return what concerned the actor lately, newest first; what is new since they looked is marked."""
    seen = _seen(actor)
    return _since(actor, clock.now() - BACK, 0, seen.until if seen else 0)


def count(actor: Actor) -> int:
    """Return how many notices there are since the actor looked, ``MOST`` at most."""
    seen = _seen(actor)
    earliest = clock.now() - BACK
    since = max(earliest, seen.at - SLACK) if seen else earliest
    until = seen.until if seen else 0
    return len(_since(actor, since, until, until))


def _seen(actor: Actor) -> NoticesSeen | None:
    return NoticesSeen.objects.filter(person_id=actor.person_id or 0).first()


def _since(actor: Actor, since: datetime, after: int, seen: int) -> list[Notice]:
    """Return the notices of facts later than the one with the number ``after``, newest first."""
    concerns = {subject_key(Ticket, one.ticket_id): one for one in _concerns(actor, since)}
    if not concerns:
        return []
    rows = LoggedEvent.objects.filter(subject__in=list(concerns), name__in=NAMES, at__gte=since, pk__gt=after)
    rows = rows.exclude(actor_kind__in=["person", "token"], actor_id=actor.person_id).order_by("-pk")
    told = ((row, concerns[row.subject], _told(actor, row, concerns[row.subject])) for row in rows[:FACTS])
    found = (
        Notice(row.pk, row.at, concern.ticket_id, concern.subject, row.actor_name, *line, row.pk > seen)
        for row, concern, line in told
        if line is not None
    )
    return list(islice(found, MOST))


def _concerns(actor: Actor, since: datetime) -> Iterator[_Concern]:
    """Find the tickets that changed; each sort by its own index, all in one statement, one's own first."""
    changed = Ticket.objects.visible_to(actor).filter(updated_at__gte=since)
    watched = Watcher.objects.filter(person_id=actor.person_id or 0).values("ticket_id")
    sorts: list[Any] = [
        changed.filter(owner_id=actor.person_id),
        changed.filter(requester_id=actor.person_id),
        changed.filter(pk__in=watched),
        changed.filter(team_id__in=actor.team_ids),
    ]
    parts = [_part(rows, is_own) for rows, is_own in zip(sorts, (1, 1, 1, 0), strict=True)]
    found: dict[int, _Concern] = {}
    for pk, subject, is_own in parts[0].union(*parts[1:], all=True).order_by("is_own"):
        found[pk] = _Concern(pk, subject, bool(is_own))
    yield from found.values()


def _part(rows: Any, is_own: int) -> Any:
    newest_first = rows.order_by("-updated_at", "-pk").annotate(is_own=Value(is_own))
    return newest_first.values_list("pk", "subject", "is_own")[:TICKETS]


def _told(actor: Actor, row: LoggedEvent, concern: _Concern) -> tuple[str, str] | None:
    """Return what happened in words, with its icon; nothing when it is no matter of the actor's."""
    match restore(row):
        case facts.TicketAssigned(owner=owner) if owner == actor.person_id:
            return _("gave it to you"), "user-check"
        case facts.TicketHandedOver() as fact if concern.is_own or fact.to_team in actor.team_ids:
            return _("handed it over to %(team)s") % {"team": fact.to_name}, "transfer-out"
        case facts.MessageAdded(automatic="") as fact if concern.is_own:
            return (_("left a note"), "note") if fact.direction == "internal" else (_("answered"), "message")
        case facts.TicketStateChanged() as fact if concern.is_own:
            text, _reason, icon = state_line(fact)
            return (text, icon) if text else None
    return None


def concerned(ticket: Ticket, watcher_ids: Iterable[int]) -> set[int]:
    """Return the persons whose matter a ticket is."""
    return {pk for pk in (ticket.owner_id, ticket.requester_id, *watcher_ids) if pk}
