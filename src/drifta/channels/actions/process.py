"""Processing mail: through the filters, and then into a ticket. One bad mail never stops the next."""

from django.db import connection
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from drifta.channels import incoming, lookups, sending
from drifta.channels.actions import accept, outbox, returned
from drifta.channels.events import MailUnprocessed
from drifta.channels.incoming import Incoming, Outcome
from drifta.channels.memory import Arrived, Memory
from drifta.channels.models import MailReference, RawMail
from drifta.kernel import clock, unit
from drifta.kernel.actions import action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change

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
        put_aside(actor, raw, reason=RawMail.CRASH)
    rows = [row for row in rows if row.state == S.RECEIVED]
    if any(row.attempts for row in rows):
        rows = rows[:1]
    RawMail.objects.filter(pk__in=[row.pk for row in rows]).update(attempts=F("attempts") + 1)
    return [row.pk for row in rows]


@action("channels.process", label=_("Process mail"), icon="mail", offered=False)
def process(actor: Actor, *, mails: list[int]) -> None:
    """Process claimed mails in one transaction, all or none. The system's own."""
    rows = RawMail.objects.select_related("organisation").filter(pk__in=mails, state=S.RECEIVED)
    arrived = [lookups.read(raw) for raw in unit.locked(rows)]
    memory = Memory(arrived)
    for one in arrived:
        with translation.override(one.raw.organisation.language):
            _work(actor, one, memory)
    _store(memory.done)
    if memory.letters and outbox.save(memory.letters):
        sending.enqueue()
    MailReference.objects.bulk_create(memory.references, ignore_conflicts=True)


def _work(actor: Actor, one: Arrived, memory: Memory) -> None:
    house = lookups.Lookups(one, memory)
    raw = one.raw
    raw.sender, raw.subject, raw.fingerprint = one.sender, one.mail.subject[:250], one.fingerprint
    arrived = lookups.incoming(one, house)
    outcome = incoming.run(arrived)
    raw.is_automatic = bool(arrived.automatic)
    if outcome is None:
        message = accept.accept(arrived, raw, house)
        raw.state, raw.ticket, raw.message = S.PROCESSED, message.ticket_id, message.pk
    else:
        _end(actor, raw, arrived, outcome)
    memory.finished(raw)


def _end(actor: Actor, raw: RawMail, arrived: Incoming, outcome: Outcome) -> None:
    raw.reason, raw.detail = outcome.reason, outcome.detail[:5000]
    if outcome.state == "bounce":
        raw.state, raw.ticket = S.PROCESSED, returned.take(actor, raw, arrived)
    elif outcome.state == "unprocessed":
        raw.state = S.UNPROCESSED
        emit(actor, MailUnprocessed(mail=raw.pk, sender=raw.sender, reason=raw.reason), subject=raw)
    else:
        raw.state = S.IGNORED


#: What is written of each mail, in the order in which ``_UPDATE`` takes it.
_COLUMNS = ("pk", "state", "reason", "detail", "sender", "subject", "fingerprint", "is_automatic", "ticket", "message")
_UPDATE = """
UPDATE channels_rawmail mail SET
    processed_at = %s, state = done.state, reason = done.reason, detail = done.detail, sender = done.sender,
    subject = done.subject, fingerprint = done.fingerprint, is_automatic = done.is_automatic, ticket = done.ticket,
    message = done.message
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[],
            %s::bigint[], %s::bigint[])
    AS done (id, state, reason, detail, sender, subject, fingerprint, is_automatic, ticket, message)
WHERE mail.id = done.id
"""


def _store(rows: list[RawMail]) -> None:
    """Write what became of the mails, in one statement."""
    columns = [[getattr(row, name) for row in rows] for name in _COLUMNS]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [clock.now(), *columns])


@action("channels.put_aside", label=_("Leave mail to people"), icon="mail", offered=False)
def put_aside(actor: Actor, raw: RawMail, *, reason: str, detail: str = "") -> None:
    """Leave a mail that could not be processed to people, with the reason. The system's own."""
    if raw.state != S.RECEIVED:
        return
    raw.reason = reason  # which tells whether it may be read
    head = _head(raw)
    change(raw, state=S.UNPROCESSED, reason=reason, detail=detail[:5000], processed_at=clock.now(), **head)
    emit(actor, MailUnprocessed(mail=raw.pk, sender=raw.sender, reason=reason), subject=raw)


def _head(raw: RawMail) -> dict[str, str]:
    """Return what lists show of a mail, as far as it can be read at all."""
    try:
        read = lookups.read(raw)
    except Exception:  # whatever is wrong with it: it has to be visible
        return {"sender": raw.envelope_from}
    return {"sender": read.sender, "subject": read.mail.subject[:250]}
