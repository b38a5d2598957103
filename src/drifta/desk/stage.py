"""At which stage of a ticket an action makes sense; the ticket is asked, not the database."""

from typing import Protocol


class HasState(Protocol):
    """A ticket, as far as this file needs it."""

    state: str


def is_open(ticket: HasState) -> bool:
    """Whether somebody still has to do something about it."""
    return ticket.state not in ("resolved", "closed")


def is_waiting(ticket: HasState) -> bool:
    """Whether it waits for something."""
    return ticket.state == "waiting"


def is_done(ticket: HasState) -> bool:
    """Whether it can be opened again."""
    return not is_open(ticket)


def is_not_closed(ticket: HasState) -> bool:
    """Whether it can still be given to others, or be closed."""
    return ticket.state != "closed"
