"""At which stage of a ticket an action makes sense for somebody; the ticket is asked, not the database."""

from typing import Protocol

from drifta.kernel.actor import Actor


class HasState(Protocol):
    """A ticket, as far as this file needs it."""

    state: str
    owner_id: int | None


def is_open(_actor: Actor, ticket: HasState) -> bool:
    """Whether somebody still has to do something about it."""
    return ticket.state not in ("resolved", "closed")


def can_be_taken(actor: Actor, ticket: HasState) -> bool:
    """Whether there is something to do for somebody who has not taken it yet."""
    return is_open(actor, ticket) and (ticket.owner_id != actor.person_id or ticket.state == "new")


def is_waiting(_actor: Actor, ticket: HasState) -> bool:
    """Whether it waits for something."""
    return ticket.state == "waiting"


def is_done(actor: Actor, ticket: HasState) -> bool:
    """Whether it can be opened again."""
    return not is_open(actor, ticket)


def is_not_closed(_actor: Actor, ticket: HasState) -> bool:
    """Whether it can still be given to others, or be closed."""
    return ticket.state != "closed"
