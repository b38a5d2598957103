"""The outbox: mail is put in once, and leaves as sent, failed or given up."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from drifta.channels import sending, troubles
from drifta.channels.events import MailFailed, OutboxChanged
from drifta.channels.models import MailReference, OutgoingMail
from drifta.channels.outgoing import Letter, render
from drifta.kernel import clock
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people import queries as people
from drifta.people.queries import Recipient

S = OutgoingMail.State


def put(letter: Letter, recipients: Iterable[Recipient]) -> None:
    """Put one mail for each recipient into the outbox and have them sent. Writes, so only actions call it."""
    if save(render(letter, recipient) for recipient in recipients):
        sending.enqueue()


def save(mails: Iterable[OutgoingMail]) -> int:
    """Store mails and remember their Message-IDs; those that are there already are not made again.

    Returns how many were new. Whoever calls has them sent. Writes, so only actions call it.
    """
    wanted = {mail.once: mail for mail in mails}
    if not wanted:
        return 0
    there = set(OutgoingMail.objects.filter(once__in=wanted).values_list("once", flat=True))
    new = [mail for once, mail in wanted.items() if once not in there]
    if not new:
        return 0
    _keep_examples_here(new)
    OutgoingMail.objects.bulk_create(new, ignore_conflicts=True)
    MailReference.objects.bulk_create(
        (
            MailReference(message_id=mail.message_id, ticket=mail.ticket, message=mail.message, is_own=True)
            for mail in new
            if mail.ticket is not None
        ),
        ignore_conflicts=True,
    )
    return len(new)


def _keep_examples_here(mails: list[OutgoingMail]) -> None:
    """See to it that nothing about example data is ever sent: such mail is shown in the outbox, and rests there."""
    examples = people.examples({mail.organisation_id for mail in mails})
    for mail in mails:
        if mail.organisation_id in examples:
            mail.state, mail.error = S.DISCARDED, troubles.EXAMPLE


@action("channels.queue", label=_("Put mail into the outbox"), icon="send", offered=False)
def queue(actor: Actor, *, mails: list[OutgoingMail]) -> None:
    """Put ready mails into the outbox; the system's own."""
    if save(mails):
        sending.enqueue()


@action("channels.note_sent", label=_("Note that mail was sent"), icon="send", offered=False)
def note_sent(actor: Actor, mail: OutgoingMail) -> OutgoingMail:
    """Note that the mail server took a mail; the system's own."""
    return change(mail, state=S.SENT, sent_at=clock.now(), attempts=mail.attempts + 1, error="")


@action("channels.note_failure", label=_("Note that mail was refused"), icon="send", offered=False)
def note_failure(actor: Actor, mail: OutgoingMail, *, error: str, retry_at: datetime | None) -> OutgoingMail:
    """Note that the mail server refused a mail: for now (``retry_at`` says until when), or for good."""
    change(
        mail,
        state=S.WAITING if retry_at else S.FAILED,
        attempts=mail.attempts + 1,
        error=error[:2000],
        next_attempt_at=retry_at or mail.next_attempt_at,
    )
    if retry_at is None:
        emit(actor, MailFailed(mail.pk, mail.address, mail.ticket, mail.message, error[:500]), subject=mail)
    return mail


@action("channels.postpone", label=_("Wait for the mail server"), icon="send", offered=False)
def postpone(actor: Actor, *, error: str, pause: timedelta) -> int:
    """Let all due mails wait for the mail server, with the reason; counts as nobody's attempt. The system's own."""
    now = clock.now()
    due = OutgoingMail.objects.filter(state=S.WAITING, next_attempt_at__lte=now)
    return due.update(error=error[:2000], next_attempt_at=now + pause)


@action("channels.send_again", label=_("Send again"), icon="refresh")
def send_again(actor: Actor, mail: OutgoingMail) -> OutgoingMail:
    """Try a mail that waits or failed again now. Raises ``Refused`` for one that was sent."""
    if mail.state == S.SENT:
        raise Refused(_("This mail was sent already. Write a new message if it is needed again."))
    change(mail, state=S.WAITING, attempts=0, error="", next_attempt_at=clock.now())
    emit(actor, OutboxChanged(mail.pk, mail.address, "send again"), subject=mail)
    sending.enqueue()
    return mail


@action("channels.give_up", label=_("Do not send"), icon="trash", danger=True)
def give_up(actor: Actor, mail: OutgoingMail) -> OutgoingMail:
    """Never send a mail that waits. Raises ``Refused`` for any other."""
    if mail.state not in {S.WAITING, S.FAILED}:
        raise Refused(_("Only mail that waits or failed can be given up."))
    change(mail, state=S.DISCARDED)
    emit(actor, OutboxChanged(mail.pk, mail.address, "give up"), subject=mail)
    return mail
