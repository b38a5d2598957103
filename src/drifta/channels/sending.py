"""The job that empties the outbox: over one connection, each mail claimed, sent and noted in a transaction of its own.

There is one connection at a time, however much is to be sent: servers of large providers refuse more than a few from
one sender. The claim is a row lock, so that a killed worker gives its mail back. The mail that was sent but not yet
noted when the worker was killed goes out again with the same Message-ID, by which the receiving side knows it.
"""

import logging
import smtplib
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, When

from drifta.channels import actions, delivery, queries
from drifta.channels.connectors import smtp
from drifta.channels.models import OutgoingMail
from drifta.kernel import clock
from drifta.kernel.actor import SYSTEM
from drifta.kernel.jobs import begin_turn, job
from drifta.kernel.models import VisibleQuerySet

log = logging.getLogger(__name__)

TURN = "channels.outbox"
#: Answers and codes for signing in are waited for; what tells many that something has happened comes after them.
AWAITED_FIRST = Case(When(kind=OutgoingMail.Kind.NOTIFICATION, then=1), default=0)
#: Mails over one connection.
PORTION = 100
#: Minutes until the next attempt at a mail that was refused for now; four days in all (RFC 5321 section 4.5.4.1).
PAUSES = (2, 5, 15, 30, 60, 120, 240, *(480,) * 10)
#: Until the server itself is tried again.
SERVER_PAUSE = timedelta(minutes=1)


@job(name="channels.deliver", queue="mail", attempts=3)
def deliver() -> None:
    """Send what is due. Without a mail server everything stays in the outbox, and pages say so."""
    begin_turn(TURN)
    server = queries.mail_server()
    if server is None:
        return
    try:
        while is_due():
            with smtp.session(server, queries.host_name()) as connection:
                for _number in range(PORTION):
                    if not send_next(connection):
                        return
    except smtp.Unreachable as error:
        log.warning("The mail server %s cannot be used: %s", server.host, error)
        actions.postpone(SYSTEM, error=str(error), pause=SERVER_PAUSE)


def enqueue() -> None:
    """Have the outbox emptied, by a job that waits already or by a new one."""
    deliver.defer_once(TURN)


def is_due() -> bool:
    """Whether there is mail to be sent now."""
    return _due().exists()


def _due() -> "VisibleQuerySet[OutgoingMail]":
    return OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING, next_attempt_at__lte=clock.now())


def send_next(connection: smtplib.SMTP) -> bool:
    """Claim and send one mail; returns whether there was one. Raises ``Unreachable`` when the connection broke.

    A mail at which the connection broke waits longer than the others: should it be its fault, it stops none of them.
    """
    with transaction.atomic():
        mail = _due().select_for_update(skip_locked=True).order_by(AWAITED_FIRST, "next_attempt_at", "pk").first()
        if mail is None:
            return False
        try:
            _send(connection, mail)
        except smtp.Unreachable as error:
            _note_refusal(mail, smtp.Refused(str(error), permanent=False))
            broken: smtp.Unreachable | None = error
        else:
            broken = None
    if broken is not None:
        raise broken
    return True


def _send(connection: smtplib.SMTP, mail: OutgoingMail) -> None:
    try:
        content = delivery.content(mail)
        smtp.send(connection, delivery.envelope_sender(mail), delivery.recipient(mail), content)
    except (smtp.Refused, delivery.Unsendable, FileNotFoundError) as error:
        _note_refusal(mail, error)
    else:
        actions.note_sent(SYSTEM, mail)


def _note_refusal(mail: OutgoingMail, error: Exception) -> None:
    permanent = getattr(error, "permanent", True) or mail.attempts >= len(PAUSES)
    pause = timedelta(minutes=PAUSES[min(mail.attempts, len(PAUSES) - 1)])
    retry_at = None if permanent else clock.now() + pause
    actions.note_failure(SYSTEM, mail, error=str(error), retry_at=retry_at)
