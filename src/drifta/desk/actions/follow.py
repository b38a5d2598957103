"""Who is kept informed, and what a ticket is tied to."""

from typing import Annotated

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from drifta.desk import references
from drifta.desk.actions import steps
from drifta.desk.events import TicketLinked, TicketUnlinked, TicketUnwatched, TicketWatched
from drifta.desk.models import Message, Ticket, TicketLink, Watcher
from drifta.desk.text import one_line
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.words import gettext_noop

#: Watchers of one ticket; more are a mailing list.
MOST_WATCHERS = 100


def is_watched(actor: Actor, ticket: Ticket) -> bool:
    """Whether the actor is kept informed."""
    return Watcher.objects.filter(ticket=ticket, person_id=actor.person_id or 0).exists()


@action("desk.watch", label=gettext_lazy("Watch"), icon="eye")
def watch(actor: Actor, ticket: Ticket, *, person_id: int | None = None) -> Ticket:
    """Keep a person (by default oneself) informed about the ticket: they see it and get its public messages."""
    person = references.watchers(actor, [person_id or actor.person_id or 0]).first()
    if person is None:
        raise Refused(_("This person cannot watch the ticket. Choose somebody of an organisation that you see."))
    if ticket.watching.count() >= MOST_WATCHERS:
        raise Refused(_("This ticket has as many watchers as it can have. Use a mailing list instead."))
    if not ticket.watching.filter(person_id=person.pk).exists():
        steps.add_watchers(ticket, [person.pk])
        emit(actor, TicketWatched(ticket.pk, person.pk, str(person)), subject=ticket)
    return ticket


@action("desk.unwatch", label=gettext_lazy("Stop watching"), icon="eye-off", fits=is_watched)
def unwatch(
    actor: Actor,
    ticket: Ticket,
    *,
    person_id: Annotated[
        int | None, Field(title=gettext_noop("Person"), description=gettext_noop("Empty: yourself."))
    ] = None,
) -> Ticket:
    """Stop informing a person (by default oneself). Only agents and the requester may remove others."""
    wanted = person_id or actor.person_id or 0
    if wanted != actor.person_id and not (actor.has("desk.work") or ticket.requester_id == actor.person_id):
        raise PermissionDenied(_("You can remove only yourself from the watchers."))
    watching = Watcher.objects.filter(ticket=ticket, person_id=wanted).select_related("person").first()
    if watching is not None:
        watching.delete()
        emit(actor, TicketUnwatched(ticket.pk, watching.person_id, watching.person.name), subject=ticket)
    return ticket


@action("desk.move_person", label=gettext_lazy("Move tickets to another person"), icon="git-merge")
def move_person(actor: Actor, *, absorbed_id: int, person_id: int) -> None:
    """Let one person take another's place in every ticket: reported, owned, watched, written. Twice is as once."""
    Ticket.objects.filter(requester_id=absorbed_id).update(requester_id=person_id)
    Ticket.objects.filter(owner_id=absorbed_id).update(owner_id=person_id)
    Message.objects.filter(author_id=absorbed_id).update(author_id=person_id)
    watched = Watcher.objects.filter(person_id=absorbed_id)
    both = Watcher.objects.filter(person_id=person_id).values("ticket_id")
    watched.filter(ticket_id__in=both).delete()
    watched.update(person_id=person_id)


@action("desk.link", label=gettext_lazy("Link"), icon="link")
def link(actor: Actor, ticket: Ticket, *, target: str, relation: str = "related") -> Ticket:
    """Tie the ticket to something else, named by its subject key; between tickets the tie holds both ways."""
    target = one_line(target, 120).removeprefix("#")
    if target.isdigit():
        target = f"desk.ticket:{target}"
    kind, _colon, number = target.partition(":")
    if "." not in kind or not number or len(target) > 120 or target == ticket.subject_key:
        raise Refused(_("A ticket can be linked with another ticket by its number, such as 42."))
    if kind == "desk.ticket" and not (
        number.isdigit() and Ticket.objects.visible_to(actor).filter(pk=min(int(number), 2**62)).exists()
    ):
        raise Refused(_("There is no ticket with this number that you can see."))
    _row, is_new = TicketLink.objects.get_or_create(
        ticket=ticket, target=target, defaults={"relation": one_line(relation, 30)}
    )
    if is_new:
        change(ticket, **steps.touched(actor, ticket))
        emit(actor, TicketLinked(ticket.pk, target, relation), subject=ticket)
    return ticket


@action("desk.unlink", label=gettext_lazy("Remove link"), icon="link-off", own_page=True)
def unlink(actor: Actor, ticket: Ticket, *, target: str) -> Ticket:
    """Cut a tie, from whichever of the two tickets it was made."""
    target = one_line(target, 120)
    rows = TicketLink.objects.filter(ticket=ticket, target=target)
    kind, _colon, number = target.partition(":")
    if kind == "desk.ticket" and number.isdigit():
        rows |= TicketLink.objects.filter(ticket_id=int(number), target=ticket.subject_key)
    if rows.delete()[0]:
        emit(actor, TicketUnlinked(ticket.pk, target), subject=ticket)
    return ticket
