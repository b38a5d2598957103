"""What concerns somebody since they last looked: read from the event log, so nothing is written when it happens.

A ticket is somebody's concern when they own, reported or watch it, or when their team has it. Every fact about a
ticket moves its ``updated_at``, and the lists of tickets are indexed by that: so the few tickets that changed are
found first, then the facts about them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from drifta.desk import events as facts
from drifta.desk.models import NoticesSeen, Ticket
from drifta.desk.timeline import state_line
from drifta.kernel import clock
from drifta.kernel.actor import Actor
from drifta.kernel.events import restore
from drifta.kernel.models import LoggedEvent

#: How far back the list goes, how many notices it has, and in how many changed tickets of each sort they are sought.
BACK, MOST, TICKETS = timedelta(days=14), 20, 50
#: A change may be committed some time after its moment.
SLACK = timedelta(minutes=2)

_SORTS = (
    ("owns", "owner_id = %(person)s"),
    ("follows", "requester_id = %(person)s"),
    ("follows", "id IN (SELECT ticket_id FROM desk_watcher WHERE person_id = %(person)s)"),
    ("team", "team_id = ANY(%(teams)s)"),
)
_CHANGED = " UNION ALL ".join(
    f"(SELECT id, subject, '{sort}' AS sort FROM desk_ticket WHERE {condition} AND updated_at >= %(since)s"  # noqa: S608
    f" AND organisation_id = ANY(%(organisations)s) ORDER BY updated_at DESC, id DESC LIMIT {TICKETS})"
    for sort, condition in _SORTS
)
# The limit within keeps PostgreSQL from walking through the whole log: it asks the index for each ticket's facts. What
# was said in a ticket before one got it was the matter of others.
_CONCERNING = f"""
WITH changed AS ({_CHANGED}),
     concern AS (SELECT id, min(subject) AS subject, bool_or(sort = 'owns') AS owns,
                        bool_or(sort = 'follows') AS follows FROM changed GROUP BY id)
SELECT event.id, event.at, event.name, event.actor_name, event.data, concern.id, concern.subject
FROM concern CROSS JOIN LATERAL (
    SELECT max(id) AS event FROM kernel_event
    WHERE subject = 'desk.ticket:' || concern.id AND at >= %(since)s
      AND name = 'desk.ticket_assigned' AND (data->>'owner')::bigint = %(person)s
) given CROSS JOIN LATERAL (
    SELECT * FROM kernel_event
    WHERE subject = 'desk.ticket:' || concern.id AND at >= %(since)s AND id > %(after)s
      AND NOT (actor_kind IN ('person', 'token') AND actor_id IS NOT DISTINCT FROM %(person)s)
      AND (   (name = 'desk.ticket_assigned' AND (data->>'owner')::bigint = %(person)s)
           OR (name = 'desk.ticket_handed_over' AND (data->>'to_team')::bigint = ANY(%(teams)s))
           OR ((concern.follows OR (concern.owns AND id > coalesce(given.event, 0)))
               AND (   (name = 'desk.message_added' AND data->>'automatic' = '')
                    OR name IN ('desk.ticket_state_changed', 'desk.ticket_handed_over'))))
    ORDER BY id DESC LIMIT {MOST}
) event
ORDER BY event.id DESC LIMIT {MOST}
"""  # noqa: S608 - own fragments


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
    until = seen.until if seen else 0
    return [_notice(row, until) for row in _rows(actor, clock.now() - BACK, 0)]


def count(actor: Actor) -> int:
    """Return how many notices there are since the actor looked, ``MOST`` at most; two statements."""
    seen = _seen(actor)
    earliest = clock.now() - BACK
    since = max(earliest, seen.at - SLACK) if seen else earliest
    return len(_rows(actor, since, seen.until if seen else 0))


def _seen(actor: Actor) -> NoticesSeen | None:
    return NoticesSeen.objects.filter(person_id=actor.person_id or 0).first()


def _rows(actor: Actor, since: datetime, after: int) -> list[tuple[Any, ...]]:
    """Return the facts later than the one with the number ``after`` that concern somebody who reads all tickets."""
    given = {
        "person": actor.person_id,
        "teams": sorted(actor.team_ids),
        "organisations": sorted(actor.organisation_ids or ()),
        "since": since,
        "after": after,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNING, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _notice(row: tuple[Any, ...], until: int) -> Notice:
    event, at, name, who, data, ticket_id, subject = row
    fact = restore(LoggedEvent(name=name, data=json.loads(data) if isinstance(data, str) else data))
    text, icon = _told(fact)
    return Notice(event, at, ticket_id, subject, who, text, icon, event > until)


def _told(fact: object) -> tuple[str, str]:
    """Return what happened in words, with its icon."""
    match fact:
        case facts.TicketHandedOver():
            return _("handed it over to %(team)s") % {"team": fact.to_name}, "transfer-out"
        case facts.MessageAdded(direction="internal"):
            return _("left a note"), "note"
        case facts.MessageAdded():
            return _("answered"), "message"
        case facts.TicketStateChanged():
            text, _reason, icon = state_line(fact)
            return text, icon
    return _("gave it to you"), "user-check"


def concerned(ticket: Ticket, watcher_ids: Iterable[int]) -> set[int]:
    """Return the persons whose matter a ticket is."""
    return {pk for pk in (ticket.owner_id, ticket.requester_id, *watcher_ids) if pk}
