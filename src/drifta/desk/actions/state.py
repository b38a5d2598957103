"""Where a ticket is on its way: waiting, resolved, closed, open again."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.desk.actions import steps
from drifta.desk.models import Ticket
from drifta.desk.stage import is_done, is_not_closed, is_open, is_waiting
from drifta.kernel import clock
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor

S = Ticket.State


@action("desk.hold", label=gettext_lazy("Put on hold"), icon="clock-pause", fits=is_open)
def hold(actor: Actor, ticket: Ticket, *, reason: str, until: datetime | None = None) -> Ticket:
    """Let the ticket wait, with a reason, until a moment (or until the requester answers)."""
    if not reason.strip():
        raise Refused(_("Say what the ticket waits for, so that others know."))
    if until is not None and until <= clock.now():
        raise Refused(_("The date to wait for has passed. Choose one in the future."))
    if not ticket.is_open:
        raise Refused(_("Only open tickets can wait. Re-open it first."))
    return steps.set_state(actor, ticket, S.WAITING, reason=reason.strip(), until=until)


@action("desk.resume", label=gettext_lazy("Resume"), icon="player-play", fits=is_waiting)
def resume(actor: Actor, ticket: Ticket) -> Ticket:
    """Go on with a waiting ticket. Raises ``Refused`` when it is not waiting."""
    if ticket.state != S.WAITING:
        raise Refused(_("The ticket is not on hold."))
    return steps.set_state(actor, ticket, S.OPEN)


@action("desk.resolve", label=gettext_lazy("Resolve"), icon="check", fits=is_open)
def resolve(actor: Actor, ticket: Ticket, *, resolution: str) -> Ticket:
    """Say that it is solved, and how; it closes by itself after some days unless the requester objects."""
    if not ticket.is_open:
        raise Refused(_("The ticket is resolved or closed already."))
    return steps.set_state(actor, ticket, S.RESOLVED, resolution=resolution.strip())


@action("desk.close", label=gettext_lazy("Close"), icon="circle-check", fits=is_not_closed)
def close(actor: Actor, ticket: Ticket, *, resolution: str = "") -> Ticket:
    """Close the ticket, with how it was solved. Raises ``Refused`` when it is closed."""
    if ticket.state == S.CLOSED:
        raise Refused(_("The ticket is closed already."))
    return steps.set_state(actor, ticket, S.CLOSED, resolution=resolution.strip())


@action("desk.reopen", label=gettext_lazy("Re-open"), icon="rotate", fits=is_done)
def reopen(actor: Actor, ticket: Ticket, *, reason: str = "") -> Ticket:
    """Open a resolved or closed ticket again. Raises ``Refused`` when it is open."""
    if ticket.is_open:
        raise Refused(_("The ticket is open already."))
    return steps.set_state(actor, ticket, S.OPEN, reason=reason.strip())
