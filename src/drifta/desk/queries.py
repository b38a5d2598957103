"""Reads of the desk that others use too."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, prefetch_related_objects

from drifta.desk.events import TicketEdited
from drifta.desk.models import Attachment, Category, Message, SavedView, Ticket, TicketLink, Watcher
from drifta.desk.settings import DeskSettings
from drifta.desk.timeline import Entry, Timeline, timeline
from drifta.kernel import clock, settings
from drifta.kernel.actor import SYSTEM, Actor
from drifta.kernel.models import LoggedEvent

__all__ = [
    "Entry",
    "Timeline",
    "agents_tickets",
    "attachment",
    "categories",
    "is_reader",
    "last_editor",
    "links",
    "message",
    "open_tickets_about",
    "readers",
    "saved_views",
    "takes_replies",
    "ticket",
    "tickets_of",
    "tickets_of_person",
    "timeline",
    "unassigned",
    "waiting_due",
    "watchers",
]

#: What a ticket's line in another one's page shows. Writing a statement takes as long as it has columns.
BRIEF = ("organisation", "subject", "state", "priority", "updated_at")


def ticket(actor: Actor, number: int) -> Ticket:
    """Return the ticket with this number, with the names it shows. Raises ``Ticket.DoesNotExist`` (also if hidden)."""
    rows = Ticket.objects.visible_to(actor)
    return rows.select_related("requester", "owner", "team", "category").get(pk=number)


def readers(ticket_id: int) -> list[int]:
    """Return the ids of the persons who get the public messages: the requester first, then the watchers."""
    requester = Ticket.objects.filter(pk=ticket_id).values_list("requester_id", flat=True).first()
    watching = Watcher.objects.filter(ticket_id=ticket_id).order_by("id").values_list("person_id", flat=True)
    everybody = [*([requester] if requester else []), *watching]
    return list(dict.fromkeys(everybody))


def watchers(of: Ticket) -> list[Any]:
    """Return the persons who watch a ticket, in the order in which they began; the database is asked once."""
    shown = ("ticket", "person__name", "person__email", "person__language")
    rows = Watcher.objects.select_related("person").only(*shown).order_by("pk")
    prefetch_related_objects([of], Prefetch("watching", rows))
    return [watching.person for watching in of.watching.all()]


def last_editor(of: Ticket) -> str:
    """Return who edited a ticket last, as the event log has the name; empty when nobody did."""
    edits = LoggedEvent.objects.filter(subject=of.subject_key, name=TicketEdited.event_name, at__gte=of.created_at)
    return edits.order_by("-id").values_list("actor_name", flat=True).first() or ""


def tickets_of(target: str, *, only_open: bool = False) -> list[Ticket]:
    """Return the tickets tied to something of another module, named by its subject key; newest first.

    For the system's own use: narrow with ``visible_to`` before you show any.
    """
    rows = Ticket.objects.filter(links__target=target).order_by("-pk")
    return list(rows.open() if only_open else rows)


def is_reader(of: Ticket, person_id: int) -> bool:
    """Whether somebody gets the public messages of a ticket: its requester, or a watcher."""
    return person_id == of.requester_id or any(one.person_id == person_id for one in of.watching.all())


def open_tickets_about(actor: Actor, *, asset_id: int | None = None, service_id: int | None = None) -> list[Ticket]:
    """Return the newest open tickets about an asset or a service."""
    about = Q(assets=asset_id) if asset_id is not None else Q(services=service_id)
    return list(Ticket.objects.visible_to(actor).open().filter(about).select_related("owner").order_by("-pk")[:20])


def message(message_id: int, actor: Actor = SYSTEM) -> Message:
    """Return a message with its ticket and attachments. Raises ``Message.DoesNotExist`` (also if hidden)."""
    rows = Message.objects.visible_to(actor).select_related("ticket__requester", "ticket__organisation", "author")
    return rows.prefetch_related("attachments").get(pk=message_id)


def attachment(actor: Actor, attachment_id: int) -> Attachment:
    """Return an attachment that the actor may open. Raises ``Attachment.DoesNotExist``."""
    return Attachment.objects.visible_to(actor).select_related("message").get(pk=attachment_id)


def links(actor: Actor, of: Ticket) -> tuple[list[Ticket], list[TicketLink]]:
    """Return the tickets that are linked with one, in either direction, and its ties to things of other modules."""
    ties = list(TicketLink.objects.filter(Q(ticket=of) | Q(target=of.subject_key)).order_by("pk"))
    numbers = {other for tie in ties if (other := _other_end(tie, of)) is not None}
    found = list(Ticket.objects.visible_to(actor).filter(pk__in=numbers).order_by("-pk")[:50]) if numbers else []
    return found, [tie for tie in ties if not tie.target.startswith("desk.ticket:")]


def _other_end(tie: TicketLink, of: Ticket) -> int | None:
    """Return the number of the ticket that a tie leads to from ``of``; None when it leads to something else."""
    if tie.ticket_id != of.pk:
        return tie.ticket_id
    kind, _colon, number = tie.target.partition(":")
    return int(number) if kind == "desk.ticket" else None


def tickets_of_person(
    actor: Actor, person_id: int, *, besides: int = 0, only_open: bool = False, limit: int = 8
) -> list[Ticket]:
    """Return a person's tickets that the actor sees, those first that changed last, with what ``BRIEF`` names."""
    rows = Ticket.objects.visible_to(actor).filter(requester_id=person_id).exclude(pk=besides)
    rows = rows.open() if only_open else rows
    return list(rows.only(*BRIEF).order_by("-updated_at", "-pk")[:limit])


def agents_tickets(actor: Actor) -> QuerySet[Ticket]:
    """Return the open tickets that the actor owns and that do not wait, most urgent first."""
    rows = Ticket.objects.visible_to(actor).open().filter(owner_id=actor.person_id).exclude(state=Ticket.State.WAITING)
    return rows.select_related("requester").order_by("priority", "-updated_at")


def unassigned(actor: Actor) -> QuerySet[Ticket]:
    """Return the open tickets without an owner in the actor's teams, or in none."""
    rows = Ticket.objects.visible_to(actor).open().filter(owner=None)
    return rows.filter(Q(team_id__in=actor.team_ids) | Q(team=None)).select_related("requester").order_by("-pk")


def waiting_due(actor: Actor, until: object) -> QuerySet[Ticket]:
    """Return the actor's waiting tickets whose date comes before ``until``."""
    rows = Ticket.objects.visible_to(actor).filter(state=Ticket.State.WAITING, hold_until__lte=until)
    return rows.filter(owner_id=actor.person_id).select_related("requester").order_by("hold_until")


def categories(organisation_ids: Iterable[int]) -> QuerySet[Category]:
    """Return the categories in use of some organisations, parents with their children."""
    return Category.objects.filter(organisation_id__in=organisation_ids, is_active=True).select_related("parent")


def saved_views(actor: Actor) -> QuerySet[SavedView]:
    """Return the named lists that the actor may use."""
    return SavedView.objects.visible_to(actor)


def numbers_by_state(actor: Actor) -> dict[str, int]:
    """Return how many open tickets there are per state; cheap, as only open ones are looked at."""
    rows = Ticket.objects.visible_to(actor).open().values_list("state").annotate(Count("pk")).order_by()
    return dict(rows)


def takes_replies(ticket: Ticket) -> bool:
    """Whether an answer from outside still belongs to this ticket; one closed too long ago takes none."""
    if ticket.state != Ticket.State.CLOSED or ticket.closed_at is None:
        return True
    days = settings.get(DeskSettings).reopen_closed_within_days
    return clock.now() - ticket.closed_at <= timedelta(days=days)
