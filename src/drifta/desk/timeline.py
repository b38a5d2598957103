"""A ticket's story: messages and quiet one-line facts, merged by time, as far as the actor may read them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Field
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from drifta.desk import events as facts
from drifta.desk.models import Attachment, Message, Ticket
from drifta.kernel.actor import Actor
from drifta.kernel.events import restore
from drifta.kernel.models import LoggedEvent
from drifta.kernel.permissions import may

#: Messages and facts that one page shows; earlier ones are behind a link.
MESSAGES = 100
FACTS = 300


@dataclass
class Entry:
    """One thing in the timeline: a message with its attachments, or a fact as one line of text."""

    at: datetime
    actor_name: str
    message: Message | None = None
    line: str = ""
    detail: str = ""
    icon: str = ""
    attachments: list[Attachment] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    """The entries in order of time, oldest first; ``earlier`` is the id before which more messages lie, else None."""

    entries: list[Entry]
    earlier: int | None


def timeline(actor: Actor, ticket: Ticket, *, before: int | None = None) -> Timeline:
    """Return the last entries of a ticket's story, or those before the message with the id ``before``."""
    rows = Message.objects.filter(ticket=ticket).select_related("author").prefetch_related("attachments")
    if not may(actor, "desk.read_all", ticket):
        rows = rows.exclude(direction=Message.Direction.INTERNAL)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    messages = list(rows.order_by("-pk")[: MESSAGES + 1])
    has_earlier = len(messages) > MESSAGES
    messages = messages[:MESSAGES]
    for message in messages:
        message.ticket = ticket  # the same row: what is asked of a message's ticket asks the database no more
    entries = [_message_entry(message) for message in messages]
    if before is None:
        since = messages[-1].created_at if has_earlier else ticket.created_at
        entries += _facts(actor, ticket, since)
    entries.sort(key=lambda entry: entry.at)
    return Timeline(entries, messages[-1].pk if has_earlier else None)


def _message_entry(message: Message) -> Entry:
    return Entry(message.created_at, message.author_name, message, attachments=list(message.attachments.all()))


def _facts(actor: Actor, ticket: Ticket, since: datetime) -> list[Entry]:
    shown = _LINES if may(actor, "desk.read_all", ticket) else _PUBLIC_LINES
    logged = LoggedEvent.objects.filter(subject=ticket.subject_key, at__gte=since, name__in=list(shown))
    found = (_fact_entry(row, shown[row.name]) for row in logged.order_by("-id")[:FACTS])
    return [entry for entry in found if entry is not None]


def _fact_entry(row: LoggedEvent, line: "Line") -> Entry | None:
    fact = restore(row)
    if fact is None:
        return None
    text, detail, icon = line(fact)
    return Entry(row.at, row.actor_name, line=text, detail=detail, icon=icon) if text else None


#: Turns a fact into its line (without the actor's name), a detail shown below it, and an icon.
Line = Callable[[Any], tuple[str, str, str]]


def _assigned(fact: facts.TicketAssigned) -> tuple[str, str, str]:
    if fact.owner and fact.team_name:
        text = _("assigned it to %(owner)s, %(team)s") % {"owner": fact.owner_name, "team": fact.team_name}
    elif fact.owner:
        text = _("assigned it to %(owner)s") % {"owner": fact.owner_name}
    elif fact.team:
        text = _("assigned it to the team %(team)s") % {"team": fact.team_name}
    else:
        text = _("took the assignment away")
    return text, "", "user-check"


def _handed_over(fact: facts.TicketHandedOver) -> tuple[str, str, str]:
    return _("handed it over to %(team)s") % {"team": fact.to_name}, "", "transfer-out"


def state_line(fact: facts.TicketStateChanged) -> tuple[str, str, str]:
    """Return what became of a ticket as a line, the reason, and an icon."""
    texts = {
        "waiting": _("put it on hold"),
        "resolved": _("resolved it"),
        "closed": _("closed it"),
        "open": _("re-opened it") if fact.before in {"resolved", "closed"} else _("set it to open"),
    }
    text = texts.get(fact.after, "")
    until = parse_datetime(fact.until) if fact.until else None
    if until is not None:
        text = _("put it on hold until %(date)s") % {"date": date_format(localtime(until), "SHORT_DATETIME_FORMAT")}
    icons = {"waiting": "clock-pause", "resolved": "check", "closed": "circle-check", "open": "player-play"}
    return text, fact.reason, icons.get(fact.after, "")


def _public_state(fact: facts.TicketStateChanged) -> tuple[str, str, str]:
    """As above, but why agents let it wait stays among them."""
    text, reason, icon = state_line(fact)
    return text, "" if fact.after == "waiting" else reason, icon


def _edited(fact: facts.TicketEdited) -> tuple[str, str, str]:
    parts = [
        _("%(field)s: %(before)s → %(after)s")
        % {"field": field_name(name), "before": shown(name, before) or "–", "after": shown(name, after) or "–"}
        for name, (before, after) in fact.changes.items()
    ]
    return _("changed %(changes)s") % {"changes": "; ".join(parts)}, "", "pencil"


def field_name(name: str) -> str:
    """Return a ticket field's name in the reader's language."""
    names = {"assets": _("assets"), "services": _("services")}
    return names.get(name) or str(_field(name).verbose_name)


def shown(name: str, value: Any) -> str:
    """Return a stored field value in the reader's words (“High” for impact 1)."""
    if name not in {"kind", "state", "impact", "urgency", "priority"}:
        return str(value if value is not None else "")
    choices = _field(name).flatchoices
    return next((str(label) for code, label in choices if str(code) == str(value)), str(value))


def _field(name: str) -> "Field[Any, Any]":
    found = Ticket._meta.get_field(name)
    assert isinstance(found, Field)
    return found


def _linked(fact: facts.TicketLinked) -> tuple[str, str, str]:
    target = _other(fact.target)
    return _("linked it with %(target)s") % {"target": target} if target else "", "", "link"


def _unlinked(fact: facts.TicketUnlinked) -> tuple[str, str, str]:
    target = _other(fact.target)
    return _("removed the link with %(target)s") % {"target": target} if target else "", "", "link-off"


def _other(key: str) -> str:
    """Return how people call the other ticket of a link; things of other modules have panels that name them."""
    kind, _colon, number = key.partition(":")
    return f"#{number}" if kind == "desk.ticket" else ""


def _watched(fact: facts.TicketWatched) -> tuple[str, str, str]:
    return _("added %(name)s as watcher") % {"name": fact.name}, "", "eye"


def _unwatched(fact: facts.TicketUnwatched) -> tuple[str, str, str]:
    return _("removed %(name)s as watcher") % {"name": fact.name}, "", "eye-off"


_LINES: dict[str, Line] = {
    facts.TicketAssigned.event_name: _assigned,
    facts.TicketHandedOver.event_name: _handed_over,
    facts.TicketStateChanged.event_name: state_line,
    facts.TicketEdited.event_name: _edited,
    facts.TicketLinked.event_name: _linked,
    facts.TicketUnlinked.event_name: _unlinked,
    facts.TicketWatched.event_name: _watched,
    facts.TicketUnwatched.event_name: _unwatched,
}

#: What requesters see beside the public messages.
_PUBLIC_LINES: dict[str, Line] = {facts.TicketStateChanged.event_name: _public_state}
