"""Which ticket the mail belongs to, and whether its sender may write there."""

from drifta.channels.incoming import Incoming, Outcome, filters


class ThreadingFilter:
    """Looks at our signatures first, then at known Message-IDs, then at the subject's tag.

    A mail joins only a ticket that its sender may write in. Otherwise it becomes a ticket of its own, tied to the one
    it names, and the agents are warned. Knowing a number is no proof of anything.
    """

    kind = "threading"
    order = 90

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Set the ticket to join, or the one that may not be joined."""
        house, mail = incoming.house, incoming.mail
        incoming.sent = house.sent(incoming.identifiers)
        named = (
            house.signed_ticket(incoming.recipients, incoming.identifiers)
            or (incoming.sent.ticket if incoming.sent else None)
            or house.ticket_of(incoming.identifiers)
            or house.tagged_ticket(mail.subject)
        )
        if named is None:
            return None
        self._decide(incoming, named)
        return None

    def _decide(self, incoming: Incoming, ticket: int) -> None:
        sender, house = incoming.sender, incoming.house
        if sender is None or not house.may_write(sender, ticket):
            incoming.refused_ticket = ticket
            incoming.warnings.append("not-a-participant")
        elif not incoming.automatic and not house.takes_replies(ticket):
            incoming.refused_ticket = ticket
            incoming.warnings.append("closed-long-ago")
        else:
            incoming.ticket = ticket
            sent = incoming.sent
            incoming.is_proven = sent is not None and sent.person_id == sender.id and not incoming.warnings


filters.register(ThreadingFilter())
