"""The same mail once more: sent to two of our addresses, or again because our confirmation got lost."""

from drifta.channels.incoming import Incoming, Outcome, filters


class DuplicateFilter:
    """Compares identifier, sender, subject and date, as some programs give all their mails one identifier."""

    kind = "duplicate"
    order = 50

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Ignore what was taken in before."""
        if incoming.mail.message_id and incoming.house.is_duplicate():
            return Outcome("ignored", "duplicate", incoming.mail.message_id[:300])
        return None


filters.register(DuplicateFilter())
