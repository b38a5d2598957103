"""What the mails of one transaction ask for: looked up for all of them at once, and kept true as they go through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import prefetch_related_objects

from drifta.channels import mail_keys, queries
from drifta.channels.filters.author import is_address
from drifta.channels.mail import thread
from drifta.channels.mail.parse import Mail
from drifta.channels.models import MailReference, OutgoingMail, RawMail
from drifta.channels.settings import MailSettings
from drifta.desk import actions as desk
from drifta.kernel import clock, settings
from drifta.people import queries as people

#: Characters of a Message-ID that are compared; RFC 5322 allows 998 in a line.
IDENTIFIER = 250
#: Tickets have 63 bits; what looks like a larger number is none.
LARGEST = 2**62


@dataclass(frozen=True)
class Arrived:
    """A mail that was read: its row, what stands in it, and what tells the same mail again."""

    raw: RawMail
    mail: Mail
    fingerprint: str

    @property
    def sender(self) -> str:
        """The address that lists show, and that later mail is compared with."""
        named = self.mail.from_
        return (named[0].address.lower() if named else self.raw.envelope_from)[:320]

    @property
    def identifiers(self) -> list[str]:
        """The Message-IDs the mail refers to."""
        return [*self.mail.in_reply_to, *self.mail.references]

    @property
    def authors(self) -> list[str]:
        """The addresses that may be the author's."""
        named = (*self.mail.from_, *self.mail.sender, *self.mail.reply_to)
        return [one.address for one in named if is_address(one.address)]

    @property
    def recipients(self) -> list[str]:
        """The addresses that the mail names as its recipients."""
        return [*self.raw.envelope_to, *(one.address for one in (*self.mail.to, *self.mail.cc))]


class Memory:
    """Answers that several mails share. The tickets in it are locked: use it within an action."""

    def __init__(self, mails: Sequence[Arrived]) -> None:
        self.settings = settings.get(MailSettings)
        self.addresses = queries.addresses_in_use()
        #: Mails that went through, whose rows are written at the end.
        self.done: list[RawMail] = []
        self.references: list[MailReference] = []
        #: Mails for the outbox.
        self.letters: list[OutgoingMail] = []
        self._identifiers: set[str] = set()
        self._sent: dict[str, OutgoingMail] = {}
        self._named: dict[str, int] = {}
        self._tickets: dict[int, Any] = {}
        authors = {one.lower() for mail in mails for one in mail.authors}
        self._persons: dict[str, Any] = {**dict.fromkeys(authors), **people.persons_by_email(authors)}
        self._prints = self._find_prints({mail.fingerprint for mail in mails} - {""})
        self._learn(one for mail in mails for one in mail.identifiers)
        self._hold({number for mail in mails for number in self._named_by(mail)})

    def _find_prints(self, prints: set[str]) -> dict[str, int]:
        rows = RawMail.objects.filter(fingerprint__in=prints).exclude(state=RawMail.State.DISCARDED)
        return dict(rows.order_by("-pk").values_list("fingerprint", "pk")) if prints else {}

    def _learn(self, identifiers: Iterable[str]) -> None:
        """Look up what is known of Message-IDs that nobody asked for before."""
        new = {one[:IDENTIFIER] for one in identifiers} - self._identifiers
        if not new:
            return
        self._identifiers |= new
        sent = OutgoingMail.objects.filter(message_id__in=new).defer("text", "html")
        self._sent |= {row.message_id: row for row in sent}
        references = MailReference.objects.filter(message_id__in=new).order_by("is_own", "-pk")
        self._named |= dict(references.values_list("message_id", "ticket"))

    def _named_by(self, mail: Arrived) -> Iterable[int]:
        """Return the tickets that the mail may belong to."""
        for identifier in mail.identifiers:
            known = self._sent.get(identifier[:IDENTIFIER])
            yield from filter(None, [known.ticket if known else None, self._named.get(identifier[:IDENTIFIER])])
        signed = mail_keys.signed_ticket(mail.recipients, mail.identifiers)
        yield from filter(None, [signed, thread.ticket_of_subject(mail.mail.subject)])

    def _hold(self, numbers: Iterable[int]) -> None:
        new = {number for number in numbers if number < LARGEST} - set(self._tickets)
        if new:
            found = desk.held(new)
            self._tickets |= {number: found.get(number) for number in new}

    def ticket(self, number: int) -> Any:
        """Return a ticket, None when there is none with this number."""
        self._hold({number})
        return self._tickets.get(number)

    def person(self, address: str) -> Any:
        """Return who has a mail address, None for nobody."""
        key = address.strip().lower()
        if key not in self._persons:
            self._persons[key] = people.person_by_email(key)
        return self._persons[key]

    def known(self, person_id: int) -> Any:
        """Return a person who was looked up before, None for any other."""
        return next((one for one in self._persons.values() if one is not None and one.pk == person_id), None)

    def met(self, address: str, person: Any) -> None:
        """Remember who has a mail address."""
        self._persons[address.strip().lower()] = person

    def sent(self, identifiers: Sequence[str]) -> OutgoingMail | None:
        """Return the first mail of ours with one of these Message-IDs."""
        self._learn(identifiers)
        found = (self._sent.get(one[:IDENTIFIER]) for one in identifiers)
        return next((row for row in found if row is not None), None)

    def named(self, identifiers: Sequence[str]) -> int | None:
        """Return the ticket that knows one of these Message-IDs, the first first; its own mails count most."""
        self._learn(identifiers)
        found = (self._named.get(one[:IDENTIFIER]) for one in identifiers)
        return next((ticket for ticket in found if ticket is not None), None)

    def is_duplicate(self, raw: RawMail, fingerprint: str) -> bool:
        """Whether a mail with this fingerprint was taken in before this one."""
        return self._prints.get(fingerprint, raw.pk) < raw.pk

    def automatic_since(self, address: str, hours: int) -> int:
        """Return how many automatic mails of a sender were taken in lately."""
        wanted = {"sender": address.lower(), "is_automatic": True, "state": RawMail.State.PROCESSED}
        since = clock.now() - timedelta(hours=hours)
        here = [row for row in self.done if all(getattr(row, name) == value for name, value in wanted.items())]
        return RawMail.objects.filter(received_at__gte=since, **wanted).count() + len(here)

    def subjects(self, address: str, most: int) -> list[str]:
        """Return the subjects of a sender's last mails within a day, oldest first."""
        since = clock.now() - timedelta(days=1)
        rows = RawMail.objects.filter(sender=address.lower(), received_at__gte=since).order_by("-pk")
        earlier = list(rows.values_list("subject", flat=True)[:most])[::-1]
        return [*earlier, *(row.subject for row in self.done if row.sender == address.lower())][-most:]

    def acknowledged(self, address: str) -> int:
        """Return how many confirmations went to an address within the hour."""
        since, kind = clock.now() - timedelta(hours=1), OutgoingMail.Kind.ACKNOWLEDGEMENT
        rows = OutgoingMail.objects.filter(address=address, created_at__gte=since, kind=kind)
        return rows.count() + sum(one.address == address and one.kind == kind for one in self.letters)

    def finished(self, raw: RawMail) -> None:
        """Remember a mail that went through."""
        self.done.append(raw)
        if raw.fingerprint:
            self._prints.setdefault(raw.fingerprint, raw.pk)

    def refer(self, identifier: str, message: Any, *, is_own: bool) -> None:
        """Remember that a Message-ID belongs to the ticket of a message."""
        key = identifier[:IDENTIFIER]
        row = MailReference(message_id=key, ticket=message.ticket_id, is_own=is_own)
        row.message = message.pk if is_own else None
        self.references.append(row)
        if is_own or key not in self._named:
            self._named[key] = message.ticket_id
        self._identifiers.add(key)
        self._tickets.setdefault(message.ticket_id, message.ticket)
        prefetch_related_objects([message.ticket], "watching")
