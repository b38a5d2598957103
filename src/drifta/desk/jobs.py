"""What happens to tickets by themselves when time passes."""

from datetime import timedelta

from drifta.desk.actions import close, resume
from drifta.desk.models import Ticket
from drifta.desk.settings import DeskSettings
from drifta.kernel import clock, settings
from drifta.kernel.actions import Refused
from drifta.kernel.actor import SYSTEM
from drifta.kernel.jobs import periodic

#: Tickets per run; the rest comes with the next.
BATCH = 500


@periodic("* * * * *", name="desk.wake_held")
def wake_held() -> None:
    """Open the waiting tickets whose date has come."""
    due = Ticket.objects.filter(state=Ticket.State.WAITING, hold_until__lte=clock.now())
    for ticket in due.order_by("hold_until")[:BATCH]:
        try:
            resume(SYSTEM, ticket)
        except Refused:
            continue  # somebody was quicker


@periodic("23 * * * *", name="desk.close_resolved")
def close_resolved() -> None:
    """Close what has been resolved for long enough without an objection."""
    before = clock.now() - timedelta(days=settings.get(DeskSettings).close_resolved_after_days)
    due = Ticket.objects.filter(state=Ticket.State.RESOLVED, resolved_at__lte=before)
    for ticket in due.order_by("resolved_at")[:BATCH]:
        try:
            close(SYSTEM, ticket)
        except Refused:
            continue  # somebody was quicker
