"""What mail follows from what happened in tickets."""

from django.utils import translation

from drifta.channels import actions
from drifta.channels.events import MailFailed
from drifta.channels.models import OutgoingMail
from drifta.channels.settings import MailSettings
from drifta.desk.events import MessageAdded, TicketAssigned, TicketCreated, TicketStateChanged
from drifta.kernel import settings
from drifta.kernel.actor import SYSTEM
from drifta.kernel.events import on
from drifta.kernel.models import LoggedEvent


def has_readers(event: MessageAdded) -> bool:
    """Whether a message goes to anybody by mail; what machines wrote stays in the ticket."""
    if event.direction == "internal" or event.automatic:
        return False
    return event.direction == "out" or event.is_followed


def team_wants_to_know(event: TicketCreated) -> bool:
    """Whether teams are told about new tickets."""
    return not event.automatic and settings.get(MailSettings).notify_team


@on(MessageAdded, when=has_readers)
def send_message(event: MessageAdded, log: LoggedEvent) -> None:
    """Mail a public message to those who are to know of it."""
    actions.tell_message(SYSTEM, message=event.message)


@on(TicketAssigned)
def tell_owner(event: TicketAssigned, log: LoggedEvent) -> None:
    """Tell the new owner, unless it was their own doing."""
    is_own_doing = log.actor_id == event.owner and log.actor_kind == "person"
    if event.owner is None or event.owner == event.previous_owner or is_own_doing:
        return
    if settings.get(MailSettings).notify_owner:
        actions.tell_assigned(SYSTEM, ticket=event.ticket, event=log.pk, person_ids=[event.owner])


@on(TicketStateChanged)
def tell_requester(event: TicketStateChanged, log: LoggedEvent) -> None:
    """Tell the requester how the ticket was solved."""
    if event.after == "resolved" and event.reason:
        actions.tell_resolved(SYSTEM, ticket=event.ticket, event=log.pk, resolution=event.reason)


@on(MailFailed)
def note_in_ticket(event: MailFailed, log: LoggedEvent) -> None:
    """Show in the ticket that a mail did not arrive."""
    mail = OutgoingMail.objects.filter(pk=event.mail).select_related("organisation").first()
    if mail is not None and mail.kind != OutgoingMail.Kind.NOTIFICATION:
        with translation.override(mail.organisation.language):
            actions.note_undelivered(SYSTEM, mail)


@on(TicketCreated, when=team_wants_to_know)
def tell_team(event: TicketCreated, log: LoggedEvent) -> None:
    """Tell the team about a new ticket, if people want that."""
    actions.tell_team(SYSTEM, ticket=event.ticket, event=log.pk)
