"""Answers the questions of the mail filters from the database."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from drifta.channels import mail_keys, queries
from drifta.channels.incoming import Desk, Incoming, Sender, Sent
from drifta.channels.mail import thread
from drifta.channels.mail.parse import Mail
from drifta.channels.models import MailReference, OutgoingMail, RawMail
from drifta.channels.settings import MailSettings
from drifta.desk import queries as desk
from drifta.kernel import clock, settings
from drifta.kernel.actor import Actor
from drifta.kernel.permissions import may
from drifta.people import queries as people

#: Characters of a Message-ID that are compared; RFC 5322 allows 998 in a line.
IDENTIFIER = 250
#: Tickets have 63 bits; what looks like a larger number is none.
LARGEST = 2**62


class Memory:
    """What several mails of one transaction ask for again and again."""

    def __init__(self) -> None:
        self.settings = settings.get(MailSettings)
        self.addresses = queries.addresses_in_use()
        self._persons: dict[str, Any] = {}
        #: Mails that were put into the outbox on the way.
        self.letters = 0

    def person(self, address: str) -> Any:
        """Return who has a mail address, None for nobody."""
        key = address.strip().lower()
        if self._persons.get(key) is None:
            self._persons[key] = people.person_by_email(key)
        return self._persons[key]

    def known(self, person_id: int) -> Any:
        """Return a person who was looked up before, None for any other."""
        return next((one for one in self._persons.values() if one is not None and one.pk == person_id), None)


class Lookups:
    """What is known about one mail; see ``incoming.House`` for what each question means."""

    def __init__(self, raw: RawMail, mail: Mail, memory: Memory) -> None:
        self.raw, self.memory = raw, memory
        self.fingerprint = fingerprint(mail)
        self._tickets: dict[int, Any] = {}

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
        earlier = RawMail.objects.filter(fingerprint=self.fingerprint, pk__lt=self.raw.pk)
        return earlier.exclude(state=RawMail.State.DISCARDED).exists()

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
        since = clock.now() - timedelta(hours=1)
        rows = RawMail.objects.filter(sender=address.lower(), received_at__gte=since, is_automatic=True)
        return rows.filter(state=RawMail.State.PROCESSED).count()

    def subjects_lately(self, address: str) -> list[str]:
        """See ``House``."""
        rows = RawMail.objects.filter(sender=address.lower(), received_at__gte=clock.now() - timedelta(days=1))
        return list(rows.order_by("-pk").values_list("subject", flat=True)[:4])[::-1]

    def sent(self, identifiers: Iterable[str]) -> Sent | None:
        """See ``House``."""
        wanted = [identifier[:IDENTIFIER] for identifier in identifiers]
        if not wanted:
            return None
        rows = {row.message_id: row for row in OutgoingMail.objects.filter(message_id__in=wanted)}
        row = next((rows[identifier] for identifier in wanted if identifier in rows), None)
        return Sent(row.pk, row.ticket, row.message, row.person_id, row.address) if row else None

    def ticket_of(self, identifiers: Iterable[str]) -> int | None:
        """See ``House``."""
        wanted = [identifier[:IDENTIFIER] for identifier in identifiers]
        if not wanted:
            return None
        found = MailReference.objects.filter(message_id__in=wanted).order_by("-is_own", "pk")
        known = dict(list(found.values_list("message_id", "ticket"))[::-1])
        return next((known[identifier] for identifier in wanted if identifier in known), None)

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
        if number not in self._tickets:
            self._tickets[number] = desk.bare_ticket(number) if number < LARGEST else None
        return self._tickets[number]

    def may_write(self, sender: Sender, ticket: int) -> bool:
        """See ``House``. Requesters and watchers of other organisations may answer what they were told."""
        row = self.ticket(ticket)
        if sender.id == row.requester_id or sender.id in desk.readers(ticket):
            return True
        return may(self._actor(sender.id), "desk.reply", row)

    def takes_replies(self, ticket: int) -> bool:
        """See ``House``."""
        return bool(desk.takes_replies(self.ticket(ticket)))


def fingerprint(mail: Mail) -> str:
    """Return what tells the same mail again; empty for mail without an identifier."""
    if not mail.message_id:
        return ""
    sender = mail.from_[0].address.lower() if mail.from_ else ""
    told = "\0".join((mail.message_id, sender, mail.subject, mail.root.text_of("date")))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def incoming(raw: RawMail, mail: Mail, lookups: Lookups) -> Incoming:
    """Return the mail as the filters begin with it."""
    noted = mail.return_path if raw.via == "imap" else raw.envelope_from
    return Incoming(mail, lookups, noted, tuple(raw.envelope_to), raw.organisation_id)
