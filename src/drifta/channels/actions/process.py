"""Processing mail: through the filters, and then into a ticket. One bad mail never stops the next."""

import logging
import traceback

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from drifta.channels import incoming, lookups, sending
from drifta.channels.actions import accept, returned
from drifta.channels.events import MailUnprocessed
from drifta.channels.incoming import Incoming, Outcome
from drifta.channels.mail.parse import Mail, parse
from drifta.channels.models import RawMail
from drifta.kernel import clock, files
from drifta.kernel.actions import action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change

log = logging.getLogger(__name__)

#: Mails in one transaction.
PORTION = 25
#: A mail whose processing was cut off this often (the worker died) is put aside.
ATTEMPTS = 3
S = RawMail.State


@action("channels.claim", label=_("Claim mail"), icon="mail", offered=False)
def claim(actor: Actor, *, lane: int) -> list[int]:
    """Count an attempt on the next mails of a lane and return their ids; the system's own.

    The count is committed before anything is done, so that a mail that kills the worker is found: after a first
    failure mails come one by one, and one that was cut off too often is put aside.
    """
    rows = list(RawMail.objects.filter(lane=lane, state=S.RECEIVED).order_by("pk")[:PORTION])
    for raw in [row for row in rows if row.attempts >= ATTEMPTS]:
        put_aside(actor, raw, "crash")
    rows = [row for row in rows if row.state == S.RECEIVED]
    if any(row.attempts for row in rows):
        rows = rows[:1]
    RawMail.objects.filter(pk__in=[row.pk for row in rows]).update(attempts=F("attempts") + 1)
    return [row.pk for row in rows]


@action("channels.process", label=_("Process mail"), icon="mail", offered=False)
def process(actor: Actor, *, mails: list[int]) -> None:
    """Process claimed mails in one transaction; what fails is put aside with the reason. The system's own."""
    memory = lookups.Memory()
    rows = RawMail.objects.select_for_update(of=("self",)).select_related("organisation")
    for raw in rows.filter(pk__in=mails, state=S.RECEIVED).order_by("pk"):
        with translation.override(raw.organisation.language):
            _process(actor, raw, memory)
    if memory.letters:
        sending.deliver.defer()


def _process(actor: Actor, raw: RawMail, memory: lookups.Memory) -> None:
    try:
        with transaction.atomic():
            _work(actor, raw, memory)
    except (OperationalError, InterfaceError):
        raise  # the database's fault, not the mail's: the whole portion is tried again
    except Exception as error:
        log.exception("Mail %s could not be processed", raw.pk)
        last = traceback.format_exception(error)[-1].strip()
        put_aside(actor, raw, "error", last)


def _work(actor: Actor, raw: RawMail, memory: lookups.Memory) -> None:
    mail = parse(files.read(raw.sha256))
    house = lookups.Lookups(raw, mail, memory)
    _note_head(raw, mail, house.fingerprint)
    arrived = lookups.incoming(raw, mail, house)
    outcome = incoming.run(arrived)
    raw.is_automatic = bool(arrived.automatic)
    if outcome is None:
        message = accept.accept(arrived, raw, house)
        _finish(raw, S.PROCESSED, ticket=message.ticket_id, message=message.pk)
    else:
        _end(actor, raw, arrived, outcome)


def _note_head(raw: RawMail, mail: Mail, fingerprint: str) -> None:
    """Note what lists show, and what later mail is compared with."""
    raw.sender = (mail.from_[0].address.lower() if mail.from_ else raw.envelope_from)[:320]
    raw.subject = mail.subject[:250]
    raw.fingerprint = fingerprint


def _finish(raw: RawMail, state: str, **more: object) -> None:
    change(
        raw,
        state=state,
        sender=raw.sender,
        subject=raw.subject,
        fingerprint=raw.fingerprint,
        is_automatic=raw.is_automatic,
        processed_at=clock.now(),
        **more,
    )


def _end(actor: Actor, raw: RawMail, arrived: Incoming, outcome: Outcome) -> None:
    if outcome.state == "unprocessed":
        put_aside(actor, raw, outcome.reason, outcome.detail)
    elif outcome.state == "bounce":
        ticket = returned.take(actor, raw, arrived)
        _finish(raw, S.PROCESSED, reason=outcome.reason, detail=outcome.detail, ticket=ticket)
    else:
        _finish(raw, S.IGNORED, reason=outcome.reason, detail=outcome.detail)


def put_aside(actor: Actor, raw: RawMail, reason: str, detail: str = "") -> None:
    """Leave a mail to people, with the reason."""
    _finish(raw, S.UNPROCESSED, reason=reason, detail=detail[:5000])
    emit(actor, MailUnprocessed(mail=raw.pk, sender=raw.sender, reason=reason), subject=raw)
