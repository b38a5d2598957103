"""What the search knows of a ticket: its words, public and internal apart. Written by the actions."""

from collections.abc import Sequence

from drifta.desk.models import Message, Ticket
from drifta.kernel import search

SOURCE = "desk.ticket"


def add(ticket: Ticket, message: Message, names: Sequence[str] = ()) -> None:
    """Add a message's words to the ticket's document."""
    words = "\n".join([message.text, *names])
    public, internal = ("", words) if message.is_internal else (words, "")
    _index(ticket, public=public, internal=internal, add=True)


def rebuild(ticket: Ticket) -> None:
    """Write the whole document anew, after the subject changed."""
    public: list[str] = []
    internal: list[str] = []
    for message in ticket.messages.prefetch_related("attachments").order_by("id"):
        words = [message.text, *(attachment.filename for attachment in message.attachments.all())]
        (internal if message.is_internal else public).extend(words)
    _index(ticket, public="\n".join(public), internal="\n".join(internal), add=False)


def _index(ticket: Ticket, *, public: str, internal: str, add: bool) -> None:
    search.index(
        SOURCE,
        ticket.pk,
        organisation_id=ticket.organisation_id,
        title=ticket.subject,
        public=public,
        internal=internal,
        language=ticket.language,
        add=add,
    )
