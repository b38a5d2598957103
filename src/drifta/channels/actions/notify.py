"""Telling people by mail what happened in a ticket."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.channels.actions import letters
from drifta.channels.models import OutgoingMail
from drifta.channels.settings import MailSettings
from drifta.desk import actions as desk
from drifta.desk import queries
from drifta.kernel import settings
from drifta.kernel.actions import action
from drifta.kernel.actor import SYSTEM, Actor
from drifta.people import queries as people


@action("channels.tell_message", label=gettext_lazy("Send a message by mail"), icon="send", offered=False)
def tell_message(actor: Actor, *, message: int) -> None:
    """Send a public message to the requester and the watchers, and an incoming one to the ticket's owner too."""
    row = queries.message(message)
    written_by = [row.author_id] if row.author_id else []
    besides = {one.email.lower() for one in people.recipients(written_by)}
    is_out = row.direction == "out"
    copies = [address.lower() for address in row.copies]
    if not is_out:
        besides |= set(copies)  # the writer's own mail program has sent it there
    readers = [pk for pk in queries.readers(row.ticket_id) if pk != row.author_id]
    owner = row.ticket.owner_id
    letters.tell(row, [pk for pk in readers if pk != owner], besides=besides, copies=copies if is_out else ())
    if not is_out and owner and owner != row.author_id and settings.get(MailSettings).notify_owner:
        once = f"answer:{row.pk}"
        letters.notify(row.ticket, once=once, template="answer", person_ids=[owner], message=row)


@action("channels.tell_assigned", label=gettext_lazy("Tell about an assignment"), icon="send", offered=False)
def tell_assigned(actor: Actor, *, ticket: int, event: int, person_ids: list[int]) -> None:
    """Tell people that a ticket is theirs now; ``event`` is the assignment's number in the log."""
    row = queries.ticket(SYSTEM, ticket)
    message = row.messages.exclude(direction="internal").order_by("pk").first()
    letters.notify(row, once=f"assigned:{event}", template="assigned", person_ids=person_ids, message=message)


@action("channels.tell_team", label=gettext_lazy("Tell a team about a new ticket"), icon="send", offered=False)
def tell_team(actor: Actor, *, ticket: int, event: int) -> None:
    """Tell the members of the ticket's team that there is a new ticket that nobody owns."""
    row = queries.ticket(SYSTEM, ticket)
    if row.team_id and row.owner_id is None:
        message = row.messages.exclude(direction="internal").order_by("pk").first()
        members = people.team_members(row.team_id)
        letters.notify(row, once=f"new:{event}", template="assigned", person_ids=members, message=message)


@action("channels.tell_resolved", label=gettext_lazy("Tell about a solution"), icon="send", offered=False)
def tell_resolved(actor: Actor, *, ticket: int, event: int, resolution: str) -> None:
    """Tell the requester that the ticket is solved, unless an answer with the same words was just sent."""
    row = queries.ticket(SYSTEM, ticket)
    last = row.messages.filter(direction="out").order_by("-pk").first()
    if row.requester_id and not (last is not None and last.text.strip() == resolution.strip()):
        letters.notify(
            row, once=f"resolved:{event}", template="resolved", person_ids=[row.requester_id], resolution=resolution
        )


@action(
    "channels.note_undelivered", label=gettext_lazy("Note that mail did not arrive"), icon="mail-off", offered=False
)
def note_undelivered(actor: Actor, mail: OutgoingMail) -> None:
    """Tell the agents in the ticket, once, that a mail did not arrive."""
    if mail.ticket is None:
        return
    ticket = queries.ticket(SYSTEM, mail.ticket)
    if ticket.messages.filter(source=mail.subject_key).exists():
        return
    text = _("The mail to %(address)s could not be delivered: %(reason)s")
    values = {"address": mail.address, "reason": mail.trouble[:500]}
    desk.note(SYSTEM, ticket, text=text % values, automatic="bounce", source=mail.subject_key)
