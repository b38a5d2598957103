"""Mail that a machine wrote (RFC 3834 and its relatives): out of office, newsletters, reports of devices."""

from drifta.channels.incoming import Incoming, Outcome, filters
from drifta.channels.mail import automatic

#: The other kinds (lists, bulk, asked for silence) may well be written by people, and are only not confirmed.
BY_MACHINES = frozenset({automatic.Kind.AUTO_REPLIED, automatic.Kind.NULL_SENDER, automatic.Kind.AUTO_GENERATED})


class AutomaticFilter:
    """Notes what kind of machine wrote the mail. Nothing automatic is ever confirmed."""

    kind = "automatic"
    order = 75

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Set the kind, unless somebody set that this sender's mail counts as people's."""
        assert incoming.author is not None
        if incoming.house.counts_as_human(incoming.author.address):
            return None
        found = automatic.classify(incoming.mail, envelope_from=incoming.envelope_from)
        if found is not None:
            incoming.is_quiet = True
            incoming.automatic = str(found.kind) if found.kind in BY_MACHINES else ""
        return None


class AnswerFilter:
    """Automatic answers that belong to no ticket make none; comes after the threading."""

    kind = "automatic-answer"
    order = 95

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Ignore, visibly, an answer without a ticket, and that of an agent, which must not go out to a requester."""
        by_agent = incoming.sender is not None and incoming.sender.is_agent
        is_answer = incoming.automatic in {automatic.Kind.AUTO_REPLIED, automatic.Kind.NULL_SENDER}
        if is_answer and (incoming.ticket is None or by_agent):
            return Outcome("ignored", "automatic", incoming.automatic)
        return None


filters.register(AutomaticFilter())
filters.register(AnswerFilter())
