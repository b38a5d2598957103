"""The event log in the reader's words: what happened, and what the values of events are called."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from drifta.channels.reasons import REASONS
from drifta.desk.models import Message, Ticket
from drifta.kernel import settings
from drifta.kernel.events import events
from drifta.kernel.models import LoggedEvent
from drifta.people.models import Role
from drifta.people.words import FIELDS
from drifta.ui.states import states

Words = dict[str, Any]

_STATES: Words = {key: one.label for key, one in states.items()}
_FIELDS: Words = {key: _(text) for key, text in FIELDS.items()}

#: Words for the values of fields of events, by the name of the field.
WORDS: dict[str, Words] = {
    "after": _STATES,
    "before": _STATES,
    "changes": _FIELDS,
    "channel": dict(Ticket.Channel.choices),
    "decision": {"send again": _("send again"), "give up": _("do not send")},
    "direction": dict(Message.Direction.choices),
    "fields": _FIELDS,
    "reason": {key: _(text) for key, text in REASONS.items()},
    "roles": dict(Role.choices),
    "state": _STATES,
}
#: Fields of events that hold the key of an object.
MENTIONS = ("target",)
#: Words for kinds of actors.
ACTORS: Words = {
    "person": _("person"),
    "token": _("API token"),
    "rule": _("rule"),
    "supplier": _("supplier"),
    "system": _("Drifta itself"),
    "nobody": _("not signed in"),
}


def told(event: LoggedEvent, names: Mapping[str, str] | None = None) -> str:
    """Say what happened, in the reader's language; ``names`` are those of objects by their keys, where known."""
    kind = events.get(event.name)
    if kind is None:
        return event.name
    try:
        return str(kind.event_text) % defaultdict(str, _named(_readable(event.data), names or {}))
    except (TypeError, ValueError):
        return str(kind.event_text)


def kind(name: str) -> str:
    """Say what events of this name tell, with “…” for what differs; the name itself when nothing declares it."""
    found = events.get(name)
    return str(found.event_text) % defaultdict(lambda: "…") if found else name


def _readable(data: dict[str, Any]) -> dict[str, Any]:
    """Put names of fields, roles, states and sections into the reader's words."""
    words = {**WORDS, **_of_section(str(data["section"]))} if "section" in data else WORDS
    return {key: _value(words[key], value) if key in words else value for key, value in data.items()}


def objects(event: LoggedEvent) -> set[str]:
    """Return the keys of the objects that the event is about or mentions."""
    return {event.subject, *(str(event.data[field]) for field in MENTIONS if event.data.get(field))}


def _named(data: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {key: names.get(str(value), value) if key in MENTIONS else value for key, value in data.items()}


def _value(words: Words, value: object) -> object:
    if not isinstance(value, str):
        return value
    return ", ".join(str(words.get(one, one)) for one in value.split(", "))


def _of_section(name: str) -> dict[str, Words]:
    """Words for a section of the settings and its fields."""
    section = settings.sections.get(name)
    if section is None:
        return {}
    titles = {field: info.title or field for field, info in section.model_fields.items()}
    return {"section": {name: section.title}, "fields": titles}
