"""Who the mail says that it is from; a mail from nobody has to be looked at."""

from drifta.channels.incoming import Incoming, Outcome, filters
from drifta.channels.mail.headers import Address


class AuthorFilter:
    """Takes From (RFC 5322 section 3.6.2), else Sender, else Reply-To, else the envelope."""

    kind = "author"
    order = 10

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Find the author. Returned mail often has none, so that is not the end here."""
        mail = incoming.mail
        named = (*mail.from_, *mail.sender, *mail.reply_to, Address("", incoming.envelope_from or ""))
        incoming.author = next((one for one in named if is_address(one.address)), None)
        return None


def is_address(text: str) -> bool:
    """Whether mail could be sent there."""
    local, _, domain = text.rpartition("@")
    return bool(local and domain) and len(text) <= 254 and not set(text) & set(' <>,;"()[]\\')


filters.register(AuthorFilter())
