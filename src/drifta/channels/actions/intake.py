"""Taking mail in: rows for what is stored already, and jobs that look at it later."""

from django.utils.translation import gettext_lazy as _

from drifta.channels import work
from drifta.channels.models import RawMail
from drifta.channels.received import Received
from drifta.kernel.actions import action
from drifta.kernel.actor import Actor


@action("channels.receive", label=_("Receive mail"), icon="mail", offered=False)
def receive(actor: Actor, *, mails: list[Received]) -> None:
    """Note mails that lie in the file store, and have them processed. The system's own; one commit for all.

    A mail of a mailbox that is known already (the move to the done folder failed) is not noted again.
    """
    RawMail.objects.bulk_create(
        (
            RawMail(
                organisation_id=mail.organisation_id,
                sha256=mail.sha256,
                size=mail.size,
                via=mail.via,
                peer=mail.peer,
                origin=mail.origin,
                envelope_from=mail.envelope_from,
                envelope_to=list(mail.envelope_to),
                lane=mail.lane,
            )
            for mail in mails
        ),
        ignore_conflicts=True,
    )
    for lane in sorted({mail.lane for mail in mails}):
        work.enqueue(lane)
