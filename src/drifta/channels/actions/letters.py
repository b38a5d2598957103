"""The mails that Drifta writes about tickets: made once, put into the outbox in the same transaction."""

from collections.abc import Iterable
from typing import Any

from drifta.channels.actions.outbox import put
from drifta.channels.incoming import Incoming
from drifta.channels.mail import thread
from drifta.channels.memory import Memory
from drifta.channels.models import MailReference, OutgoingMail
from drifta.channels.outgoing import Letter, render
from drifta.desk.attached import AttachedFile
from drifta.people import queries as people
from drifta.people.queries import Recipient

#: Identifiers of the ticket's earlier mails that are named in References.
MOST_REFERENCES = 20


def acknowledge(
    ticket: Any, message: Any, requester: Any, arrived: Incoming, language: str, memory: Memory
) -> list[OutgoingMail]:
    """Return the mail that confirms that a mail became a ticket, unsaved.

    None if that is switched off or the address got many lately.
    """
    address = (arrived.original or arrived.author or arrived.mail.from_[0]).address.lower()
    values = memory.settings
    is_enough = memory.acknowledged(address) >= values.acknowledgements_per_hour
    if not values.acknowledge or arrived.house.is_ours(address) or is_enough:
        return []
    letter = Letter(
        kind=OutgoingMail.Kind.ACKNOWLEDGEMENT,
        template="acknowledgement",
        subject=subject_of(ticket),
        once=f"acknowledgement:{ticket.pk}",
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        message=message,
        in_reply_to=arrived.mail.message_id,
        references=(*arrived.mail.references, *filter(None, [arrived.mail.message_id])),
    )
    return [render(letter, Recipient(requester.pk, requester.name, address, language))]


def subject_of(ticket: Any, prefix: str = "") -> str:
    """Return the subject of mail about a ticket, with its tag."""
    return f"{prefix}{thread.tag(ticket.pk)} {ticket.subject}"


def tell(message: Any, person_ids: list[int], *, besides: set[str], copies: Iterable[str] = ()) -> None:
    """Send a public message once to each of the persons, and to further addresses (``copies``).

    ``besides``: addresses that wrote it or got it already.
    """
    ticket = message.ticket
    found = [*people.recipients(person_ids), *(_copy(address, ticket.language) for address in copies)]
    once_each = {one.email.lower(): one for one in reversed(found) if one.email.lower() not in besides}
    known = references(ticket.pk)
    letter = Letter(
        kind=OutgoingMail.Kind.REPLY,
        template="message",
        subject=f"Re: {subject_of(ticket)}",
        once=f"message:{message.pk}",
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        message=message,
        in_reply_to=known[-1] if known else "",
        references=tuple(known),
        is_automatic=False,
        attachments=tuple(attached(message)),
    )
    put(letter, reversed(once_each.values()))


def _copy(address: str, language: str) -> Recipient:
    person = people.person_by_email(address)
    return Recipient(person.pk if person else 0, person.name if person else "", address, language)


def notify(
    ticket: Any, *, once: str, template: str, person_ids: list[int], message: Any = None, **context: Any
) -> None:
    """Tell agents about a ticket: it was given to them, or somebody answered."""
    known = references(ticket.pk)
    letter = Letter(
        kind=OutgoingMail.Kind.NOTIFICATION,
        template=template,
        subject=subject_of(ticket),
        once=once,
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        message=message,
        context=context,
        in_reply_to=known[-1] if known else "",
        references=tuple(known),
    )
    put(letter, people.recipients(person_ids))


def references(ticket: int) -> list[str]:
    """Return the identifiers of a ticket's mails, oldest first, so that mail programs show one conversation."""
    rows = MailReference.objects.filter(ticket=ticket, is_own=True).order_by("-pk")
    return list(rows.values_list("message_id", flat=True)[:MOST_REFERENCES])[::-1]


def attached(message: Any) -> list[AttachedFile]:
    """Return the files of a message."""
    return [
        AttachedFile(one.filename, one.sha256, one.size, one.media_type, one.content_id, one.is_inline)
        for one in message.attachments.order_by("pk")
    ]
