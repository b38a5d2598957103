"""Answers the questions of the mail filters from the database."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from drifta.channels import mail_keys, queries
from drifta.channels.incoming import Desk, Incoming, Sender, Sent
from drifta.channels.mail import thread
from drifta.channels.mail.parse import Mail, parse
from drifta.channels.memory import Arrived, Memory
from drifta.channels.models import RawMail
from drifta.desk import queries as desk
from drifta.kernel import files
from drifta.kernel.actor import Actor
from drifta.kernel.permissions import may
from drifta.people import queries as people


class Lookups:
    """What is known about one mail; see ``incoming.House`` for what each question means."""

    def __init__(self, arrived: Arrived, memory: Memory) -> None:
        self.raw, self.memory, self.fingerprint = arrived.raw, memory, arrived.fingerprint

    def desk(self, addresses: Iterable[str]) -> Desk | None:
        """See ``House``."""
        found = (self.memory.addresses.get(address) for address in queries.base_addresses(addresses))
        first = next(filter(None, found), None)
        if first is None:
            return None
        return Desk(first.address, first.organisation_id, first.team_id, first.category_id, first.language)

    def is_ours(self, address: str) -> bool:
        """See ``House``."""
        return any(one in self.memory.addresses for one in queries.base_addresses([address]))

    def is_this_installation(self, mark: str) -> bool:
        """See ``House``."""
        return mark.strip() == mail_keys.installation()

    def is_duplicate(self) -> bool:
        """See ``House``."""
        return self.memory.is_duplicate(self.raw, self.fingerprint)

    def person(self, address: str) -> Sender | None:
        """See ``House``."""
        person = self.memory.person(address)
        if person is None:
            return None
        return Sender(person.pk, person.organisation_id, person.actor.has("desk.work"), person.language)

    def actor_of(self, person_id: int, organisation_id: int) -> Actor:
        """Return a person as the one who writes to a desk, even of an organisation that is not their own."""
        actor = self._actor(person_id)
        seen = frozenset({organisation_id}) | (actor.organisation_ids or frozenset())
        return replace(actor, organisation_ids=seen if actor.organisation_ids is not None else None)

    def _actor(self, person_id: int) -> Actor:
        known = self.memory.known(person_id)
        return known.actor if known is not None else people.actor_of(person_id)

    def counts_as_human(self, address: str) -> bool:
        """See ``House``."""
        listed = {entry.strip().lower().lstrip("@") for entry in self.memory.settings.treat_as_human}
        return bool(listed & {address.lower(), address.rpartition("@")[2].lower()})

    def automatic_lately(self, address: str) -> int:
        """See ``House``."""
        return self.memory.automatic_since(address, hours=1)

    def subjects_lately(self, address: str) -> list[str]:
        """See ``House``."""
        return self.memory.subjects(address, most=4)

    def sent(self, identifiers: Iterable[str]) -> Sent | None:
        """See ``House``."""
        row = self.memory.sent(list(identifiers))
        return Sent(row.pk, row.ticket, row.message, row.person_id, row.address) if row else None

    def ticket_of(self, identifiers: Iterable[str]) -> int | None:
        """See ``House``."""
        return self.memory.named(list(identifiers))

    def subject_of(self, ticket: int) -> str:
        """See ``House``."""
        return str(self.ticket(ticket).subject)

    def signed_ticket(self, addresses: Iterable[str], identifiers: Iterable[str]) -> int | None:
        """See ``House``."""
        return self._existing(mail_keys.signed_ticket(addresses, identifiers))

    def tagged_ticket(self, subject: str) -> int | None:
        """See ``House``."""
        return self._existing(thread.ticket_of_subject(subject))

    def _existing(self, ticket: int | None) -> int | None:
        return ticket if ticket and self.ticket(ticket) is not None else None

    def ticket(self, number: int) -> Any:
        """Return a ticket, None when there is none with this number."""
        return self.memory.ticket(number)

    def may_write(self, sender: Sender, ticket: int) -> bool:
        """See ``House``. Requesters and watchers of other organisations may answer what they were told."""
        row = self.ticket(ticket)
        return desk.is_reader(row, sender.id) or may(self._actor(sender.id), "desk.reply", row)

    def takes_replies(self, ticket: int) -> bool:
        """See ``House``."""
        return bool(desk.takes_replies(self.ticket(ticket)))


#: What stands before a mail that may not be read: of such a file nothing is parsed (RFC 2046, 4.5.1).
COVER = (
    "From: <{sender}>\r\nContent-Type: application/octet-stream\r\n"
    "Content-Disposition: attachment; filename=mail.eml\r\n\r\n"
)


def fingerprint(mail: Mail) -> str:
    """Return what tells the same mail again; empty for mail without an identifier."""
    if not mail.message_id:
        return ""
    sender = mail.from_[0].address.lower() if mail.from_ else ""
    told = "\0".join((mail.message_id, sender, mail.subject, mail.root.text_of("date")))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def read(raw: RawMail) -> Arrived:
    """Return a stored mail as it reads; one that may not be read comes as a file in a mail of the same sender."""
    content = files.read(raw.sha256)
    mail = parse(content if raw.may_be_read else COVER.format(sender=raw.envelope_from).encode() + content)
    return Arrived(raw, mail, fingerprint(mail))


def incoming(arrived: Arrived, lookups: Lookups) -> Incoming:
    """Return the mail as the filters begin with it."""
    raw, mail = arrived.raw, arrived.mail
    noted = mail.return_path if raw.via == "imap" else raw.envelope_from
    return Incoming(mail, lookups, noted, tuple(raw.envelope_to), raw.organisation_id)
