"""Facts that the desk announces."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from drifta.kernel.events import Event, event


@event("desk.ticket_created", text=_("created the ticket"))
@dataclass(frozen=True)
class TicketCreated(Event):
    """A ticket came into being; ``message`` is what was reported, ``link`` the subject key of what caused it."""

    ticket: int
    message: int
    channel: str
    automatic: str = ""
    link: str = ""


@event("desk.message_added", text=_("wrote in the ticket (%(direction)s, %(channel)s)"))
@dataclass(frozen=True)
class MessageAdded(Event):
    """Something was said; ``direction`` is in, out or internal, ``automatic`` the kind of machine that wrote it."""

    ticket: int
    message: int
    direction: str
    channel: str
    automatic: str = ""
    #: Somebody besides the requester wants to hear of it: the ticket has an owner or watchers.
    is_followed: bool = True


@event("desk.ticket_assigned", text=_("gave the ticket to %(team_name)s %(owner_name)s"))
@dataclass(frozen=True)
class TicketAssigned(Event):
    """Team or owner changed; the names are those of that moment."""

    ticket: int
    team: int | None
    owner: int | None
    team_name: str = ""
    owner_name: str = ""
    previous_owner: int | None = None


@event("desk.ticket_handed_over", text=_("handed the ticket over from %(from_name)s to %(to_name)s"))
@dataclass(frozen=True)
class TicketHandedOver(Event):
    """One team passed the ticket to another, with a note (``message``) that says what the next needs to know."""

    ticket: int
    from_team: int | None
    to_team: int
    message: int
    from_name: str = ""
    to_name: str = ""


@event("desk.ticket_state_changed", text=_("changed the state from %(before)s to %(after)s"))
@dataclass(frozen=True)
class TicketStateChanged(Event):
    """The ticket went from one state to another; ``reason`` is the resolution, or why it waits or was re-opened.

    ``until`` is the end of the waiting in ISO 8601, empty when there is none.
    """

    ticket: int
    before: str
    after: str
    reason: str = ""
    until: str = ""


@event("desk.ticket_edited", text=_("edited the ticket"))
@dataclass(frozen=True)
class TicketEdited(Event):
    """Fields got new values: ``changes`` has, per field, the text before and the text after."""

    ticket: int
    changes: dict[str, list[Any]] = field(default_factory=dict)


@event("desk.ticket_linked", text=_("linked the ticket with %(target)s"))
@dataclass(frozen=True)
class TicketLinked(Event):
    """The ticket was tied to something else, named by its subject key."""

    ticket: int
    target: str
    relation: str = "related"


@event("desk.ticket_unlinked", text=_("removed the link with %(target)s"))
@dataclass(frozen=True)
class TicketUnlinked(Event):
    """A tie was cut."""

    ticket: int
    target: str


@event("desk.ticket_watched", text=_("added %(name)s as watcher"))
@dataclass(frozen=True)
class TicketWatched(Event):
    """Somebody is now kept informed."""

    ticket: int
    person: int
    name: str = ""


@event("desk.ticket_unwatched", text=_("removed %(name)s as watcher"))
@dataclass(frozen=True)
class TicketUnwatched(Event):
    """Somebody is no longer kept informed."""

    ticket: int
    person: int
    name: str = ""


@event("desk.category_created", text=_("made the category “%(name)s”"))
@dataclass(frozen=True)
class CategoryCreated(Event):
    """There is a new category; ``name`` is its path."""

    category: int
    name: str


@event("desk.category_edited", text=_("changed the category “%(before)s” to “%(after)s”"))
@dataclass(frozen=True)
class CategoryEdited(Event):
    """A category got another name, place or team; both paths are given."""

    category: int
    before: str
    after: str


@event("desk.category_archived", text=_("archived the category “%(name)s”"))
@dataclass(frozen=True)
class CategoryArchived(Event):
    """A category is no longer offered."""

    category: int
    name: str


@event("desk.category_restored", text=_("uses the category “%(name)s” again"))
@dataclass(frozen=True)
class CategoryRestored(Event):
    """An archived category is offered again."""

    category: int
    name: str


@event("desk.view_saved", text=_("saved the view “%(name)s”"))
@dataclass(frozen=True)
class ViewSaved(Event):
    """A list of tickets got a name."""

    view: int
    name: str


@event("desk.view_removed", text=_("removed the view “%(name)s”"))
@dataclass(frozen=True)
class ViewRemoved(Event):
    """A named list was removed."""

    view: int
    name: str
