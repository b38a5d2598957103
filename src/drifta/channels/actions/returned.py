"""Mail that came back: noted on the mail that was sent, on its ticket, and at the address."""

from drifta.channels.events import MailFailed
from drifta.channels.incoming import Incoming
from drifta.channels.models import OutgoingMail, RawMail
from drifta.kernel.actor import SYSTEM, Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people import actions as people


def take(actor: Actor, raw: RawMail, arrived: Incoming) -> int | None:
    """Note a bounce; returns the ticket it concerns. Nobody is answered, and no ticket opens again."""
    assert arrived.bounce is not None
    assert arrived.sent is not None
    mail = OutgoingMail.objects.select_for_update(of=("self",)).get(pk=arrived.sent.id)
    final = [one for one in arrived.bounce.failures if not one.temporary and one.action != "delivered"]
    if not final or mail.state == OutgoingMail.State.BOUNCED:
        return mail.ticket
    reason = " ".join(filter(None, (final[0].status, final[0].diagnostic)))[:500]
    change(mail, state=OutgoingMail.State.BOUNCED, error=reason)
    if any(one.hard for one in final):
        people.mark_bounced(SYSTEM, email=mail.address)
    emit(actor, MailFailed(mail.pk, mail.address, mail.ticket, mail.message, reason), subject=mail)
    return mail.ticket
