"""What the channels do by themselves: look again at mail and webhooks whose time has come."""

from drifta.channels import sending, webhooks, work
from drifta.channels.incoming import filters
from drifta.channels.models import RawMail, WebhookDelivery
from drifta.kernel import clock
from drifta.kernel.jobs import periodic

filters.load("drifta.channels.filters")


@periodic("* * * * *", name="channels.look_again")
def look_again() -> None:
    """Take up what a killed worker left behind, and what waited for another attempt."""
    for lane in RawMail.objects.filter(state=RawMail.State.RECEIVED).values_list("lane", flat=True).distinct():
        work.enqueue(lane)
    if sending.is_due():
        sending.enqueue()
    due = WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING, next_attempt_at__lte=clock.now())
    for endpoint in due.values_list("endpoint", flat=True).distinct():
        webhooks.send.defer(endpoint=endpoint)
