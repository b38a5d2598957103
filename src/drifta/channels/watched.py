"""What the intake needs to know of a mailbox."""

from dataclasses import dataclass

from drifta.channels.connectors import imap


@dataclass(frozen=True)
class WatchedMailbox:
    """A mailbox to be emptied; a new ``version`` means that somebody changed how it is reached."""

    id: int
    version: int
    organisation_id: int
    size_limit: int
    account: imap.Account
