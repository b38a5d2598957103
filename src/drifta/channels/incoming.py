"""What the mail filters work on: the mail, what is known about it so far, and the questions they may ask.

No Django here: filters are tested without a database, and outside packages can add their own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from drifta.channels.mail.bounces import Bounce
from drifta.channels.mail.headers import Address
from drifta.channels.mail.parse import Mail
from drifta.kernel.registry import Registry


@dataclass(frozen=True)
class Desk:
    """A desk address: whose it is, and where its tickets go."""

    address: str
    organisation_id: int
    team_id: int | None
    category_id: int | None
    language: str


@dataclass(frozen=True)
class Sender:
    """A person we know by a mail address."""

    id: int
    organisation_id: int
    is_agent: bool
    language: str


@dataclass(frozen=True)
class Sent:
    """A mail of ours that another one refers to."""

    id: int
    ticket: int | None
    message: int | None
    person_id: int | None
    address: str


class House(Protocol):
    """What filters may ask; the answers come from the database (``lookups.py``)."""

    def desk(self, addresses: Iterable[str]) -> Desk | None:
        """Return the first desk address among ``addresses``; signed reply addresses count as theirs."""

    def is_ours(self, address: str) -> bool:
        """Whether this is one of the desk addresses."""

    def is_this_installation(self, mark: str) -> bool:
        """Whether a mail's ``X-Drifta-Installation`` is our own."""

    def is_duplicate(self) -> bool:
        """Whether the same mail (identifier, sender, subject, date) was taken in before."""

    def person(self, address: str) -> Sender | None:
        """Return who has a mail address."""

    def counts_as_human(self, address: str) -> bool:
        """Whether somebody set that this sender's mail is never taken for automatic."""

    def automatic_lately(self, address: str) -> int:
        """Return how many automatic mails of this sender were taken in within the hour."""

    def subjects_lately(self, address: str) -> list[str]:
        """Return the subjects of this sender's last mails within a day, oldest first."""

    def sent(self, identifiers: Iterable[str]) -> Sent | None:
        """Return the first mail of ours with one of these Message-IDs."""

    def ticket_of(self, identifiers: Iterable[str]) -> int | None:
        """Return the ticket that knows one of these Message-IDs, the first first."""

    def subject_of(self, ticket: int) -> str:
        """Return the subject of a ticket that was named before."""

    def signed_ticket(self, addresses: Iterable[str], identifiers: Iterable[str]) -> int | None:
        """Return the ticket named by a signature of ours in a reply address or a Message-ID."""

    def tagged_ticket(self, subject: str) -> int | None:
        """Return the ticket named by the tag in a subject, if it exists."""

    def may_write(self, sender: Sender, ticket: int) -> bool:
        """Whether this person may write in the ticket."""

    def takes_replies(self, ticket: int) -> bool:
        """Whether an answer still belongs to the ticket; one that was closed long ago takes none."""


@dataclass
class Incoming:
    """A mail on its way through the filters; they fill in what they find out.

    ``envelope_from`` is empty for the null sender and None when nobody noted it. ``ticket`` is the one the mail joins,
    ``refused_ticket`` the one it names but may not join. ``warnings`` are codes that agents are shown.
    """

    mail: Mail
    house: House
    envelope_from: str | None
    envelope_to: tuple[str, ...]
    organisation_id: int
    desk: Desk | None = None
    author: Address | None = None
    sender: Sender | None = None
    #: The mail was forwarded by an agent: who wrote it first, and the text from there on.
    original: Address | None = None
    original_text: str = ""
    #: What the agent wrote above it.
    comment: str = ""
    #: Which kind of machine wrote it (see ``mail/automatic.py``); empty for a person.
    automatic: str = ""
    #: No confirmation goes out, whoever wrote it.
    is_quiet: bool = False
    bounce: Bounce | None = None
    sent: Sent | None = None
    ticket: int | None = None
    refused_ticket: int | None = None
    #: Whether the answer proves that its writer got the mail that we sent to exactly this person.
    is_proven: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody the mail names: the envelope first, as it cannot be wrong."""
        named = (one.address for one in (*self.mail.to, *self.mail.cc))
        return (*self.envelope_to, *self.delivered_to, *named)

    @property
    def delivered_to(self) -> tuple[str, ...]:
        """What a mailbox's server noted as the recipient."""
        value = self.mail.automatic.get("delivered-to", "")
        return (value,) if value else ()

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The Message-IDs the mail refers to, the nearest first."""
        return (*self.mail.in_reply_to, *reversed(self.mail.references))


@dataclass(frozen=True)
class Outcome:
    """The end of a mail's way: ``state`` is ignored, unprocessed or bounce; ``detail`` tells more."""

    state: str
    reason: str
    detail: str = ""


class MailFilter(Protocol):
    """One step. ``kind`` names it, ``order`` says when it comes; ``apply`` returns an outcome to end the way."""

    kind: str
    order: int

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Look at the mail, and fill in what was found out."""


filters: Registry[MailFilter] = Registry("drifta.mail_filters")


def in_order() -> list[MailFilter]:
    """Return all filters, the first first."""
    return sorted(filters, key=lambda one: (one.order, one.kind))


def run(incoming: Incoming) -> Outcome | None:
    """Let the mail go through the filters; None when it shall become a ticket or a message."""
    for one in in_order():
        outcome = one.apply(incoming)
        if outcome is not None:
            return outcome
    return None
