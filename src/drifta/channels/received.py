"""A mail at the moment it is handed to us: what its envelope says, before anybody has looked inside."""

import zlib
from dataclasses import dataclass

#: How many lanes mail is worked through in; each keeps its order, and senders are spread over them. One worker
#: process waits for the database in one while it computes in the other; more lanes only make more jobs.
LANES = 2
LONGEST_ADDRESS = 320


@dataclass(frozen=True)
class Received:
    """A stored mail with its envelope.

    ``sha256`` and ``size`` (bytes) name the stored bytes; ``via`` is smtp, lmtp or imap; ``peer`` the sending server's
    address or the mailbox's key; ``origin`` names a mail in a mailbox, None elsewhere.
    """

    organisation_id: int
    sha256: str
    size: int
    via: str
    peer: str = ""
    origin: str | None = None
    envelope_from: str = ""
    envelope_to: tuple[str, ...] = ()

    @property
    def lane(self) -> int:
        """The lane of this sender."""
        return lane_of(self.envelope_from or self.peer)


def lane_of(sender: str) -> int:
    """Return the lane that a sender's mails go through, so that they keep their order."""
    return zlib.crc32(sender.lower().encode("utf-8", "replace")) % LANES


def plain_address(address: str | None) -> str:
    """Return an envelope address without angle brackets; the null sender (RFC 5321 section 4.5.5) is empty."""
    return (address or "").strip().strip("<>").replace("\0", "")[:LONGEST_ADDRESS]
