"""Mail that goes in circles: our own mail coming back, and machines that answer machines."""

from drifta.channels.incoming import Incoming, Outcome, filters
from drifta.channels.mail import thread

#: Mails of one machine within an hour that become tickets or messages.
AUTOMATIC_PER_HOUR = 60


class LoopFilter:
    """Ends loops that the marks of RFC 3834 do not end."""

    kind = "loop"
    order = 40

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Ignore our own mail; ask for a look at what seems to be a loop."""
        mail, house = incoming.mail, incoming.house
        if house.is_this_installation(mail.automatic.get("x-drifta-installation", "")):
            return Outcome("ignored", "own-mail")
        if incoming.author is None:
            return Outcome("unprocessed", "no-sender")
        if house.is_ours(incoming.author.address):
            return Outcome("unprocessed", "own-address", incoming.author.address)
        if thread.is_growing(mail.subject):
            return Outcome("unprocessed", "loop", mail.subject[:300])
        return None


class GrowthFilter:
    """Ends loops in which each side puts its words before the other's subject; comes after the threading."""

    kind = "growth"
    order = 92

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Ask for a look at an answer whose subject has grown from one mail to the next."""
        named = incoming.ticket or incoming.refused_ticket
        if named is None or incoming.author is None or not self._is_longer(incoming, named):
            return None
        subjects = incoming.house.subjects_lately(incoming.author.address)
        is_loop = thread.keeps_growing([*subjects, incoming.mail.subject])
        return Outcome("unprocessed", "loop", incoming.mail.subject[:300]) if is_loop else None

    def _is_longer(self, incoming: Incoming, ticket: int) -> bool:
        begun, now = thread.essence(incoming.house.subject_of(ticket)), thread.essence(incoming.mail.subject)
        return len(now) > len(begun) and begun in now


class FloodFilter:
    """Ends what a machine sends without end; comes when it is known whether a machine wrote the mail."""

    kind = "flood"
    order = 80

    def apply(self, incoming: Incoming) -> Outcome | None:
        """Ask for a look at automatic mail of a sender who has sent too much of it."""
        if not incoming.automatic or incoming.author is None:
            return None
        count = incoming.house.automatic_lately(incoming.author.address)
        return Outcome("unprocessed", "flood", str(count)) if count >= AUTOMATIC_PER_HOUR else None


filters.register(LoopFilter())
filters.register(GrowthFilter())
filters.register(FloodFilter())
