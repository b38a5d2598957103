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
        if _goes_round(incoming, incoming.author.address):
            return Outcome("unprocessed", "loop", mail.subject[:300])
        return None


def _goes_round(incoming: Incoming, address: str) -> bool:
    """Whether the subject tells of a loop: prefix upon prefix, or ever longer from one answer to the next."""
    mail = incoming.mail
    if thread.is_growing(mail.subject):
        return True
    is_answer = bool(mail.in_reply_to or mail.references or thread.without_prefixes(mail.subject) != mail.subject)
    return is_answer and thread.keeps_growing([*incoming.house.subjects_lately(address), mail.subject])


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
filters.register(FloodFilter())
