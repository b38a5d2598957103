"""Which person wrote the mail, by any of their addresses; for mail forwarded by an agent, who wrote it first."""

from drifta.channels.filters.author import is_address
from drifta.channels.incoming import Incoming, Outcome, filters
from drifta.channels.mail import quotes, thread


class SenderFilter:
    """Recognises the person; somebody unknown becomes one later, when the mail is accepted."""

    kind = "sender"
    order = 70

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Set the sender, warnings about who it may not be, and the original author of a forwarded mail."""
        assert incoming.author is not None
        incoming.sender = incoming.house.person(incoming.author.address)
        if _failed_authentication(incoming):
            incoming.warnings.append("authentication-failed")
        if incoming.sender is not None and incoming.sender.is_agent and thread.is_forwarded(incoming.mail.subject):
            _find_original(incoming)
        return None


def _failed_authentication(incoming: Incoming) -> bool:
    """Whether the mail server in front of us noted that the sender is not who he says (RFC 8601)."""
    verdict = incoming.mail.root.text_of("authentication-results").lower()
    return "dmarc=fail" in verdict or "spf=fail" in verdict


def _find_original(incoming: Incoming) -> None:
    found = quotes.forwarded(incoming.mail.text)
    if found is None or found.author is None or not is_address(found.author.address):
        return
    if not incoming.house.is_ours(found.author.address):
        incoming.original, incoming.original_text = found.author, found.embedded
        incoming.comment = found.before


filters.register(SenderFilter())
