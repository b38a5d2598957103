"""Returned mail: belongs to the mail that came back, and is never answered (RFC 3464 and the many dialects)."""

from drifta.channels.incoming import Incoming, Outcome, filters
from drifta.channels.mail import bounces


class BounceFilter:
    """Recognises notices about mail that did not arrive, and finds the mail they are about."""

    kind = "bounce"
    order = 30

    def apply(self, incoming: Incoming) -> Outcome | None:
        """End the way of a notice: with the mail that came back, or visibly without."""
        bounce = bounces.read(incoming.mail.root)
        if bounce is None:
            return None
        incoming.bounce = bounce
        original = [bounce.original_message_id] if bounce.original_message_id else []
        incoming.sent = incoming.house.sent([*original, *incoming.identifiers])
        if incoming.sent is None:
            return Outcome("ignored", "bounce-unknown", _summary(bounce))
        return Outcome("bounce", "bounce", _summary(bounce))


def _summary(bounce: bounces.Bounce) -> str:
    return "\n".join(
        " ".join(filter(None, (one.recipient, one.status, one.diagnostic)))[:500] for one in bounce.failures[:20]
    )


filters.register(BounceFilter())
