"""Which desk the mail is for: organisation, team and category of its tickets."""

from drifta.channels.incoming import Incoming, Outcome, filters


class AddresseeFilter:
    """Finds the desk address among the recipients; the envelope counts most (blind copies name nobody)."""

    kind = "addressee"
    order = 60

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Set the desk; mail that names none stays with the organisation whose listener or mailbox took it."""
        incoming.desk = incoming.house.desk(incoming.recipients)
        if incoming.desk is not None:
            incoming.organisation_id = incoming.desk.organisation_id
        return None


filters.register(AddresseeFilter())
