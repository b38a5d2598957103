"""Making tickets."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.desk import references
from drifta.desk.actions import steps
from drifta.desk.attached import AttachedFile
from drifta.desk.events import TicketAssigned, TicketCreated, TicketLinked
from drifta.desk.models import Category, Message, Ticket, TicketLink
from drifta.desk.priority import LEVELS, priority
from drifta.desk.text import LONGEST_SUBJECT, one_line
from drifta.kernel import unit
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change


@action("desk.create", label=gettext_lazy("New ticket"), icon="plus")
def create(
    actor: Actor,
    *,
    organisation_id: int,
    subject: str,
    text: str,
    kind: str = "incident",
    requester_id: int | None = None,
    channel: str = "web",
    impact: int = 3,
    urgency: int = 2,
    category_id: int | None = None,
    team_id: int | None = None,
    owner_id: int | None = None,
    site_id: int | None = None,
    asset_ids: Sequence[int] = (),
    service_ids: Sequence[int] = (),
    watcher_ids: Sequence[int] = (),
    language: str | None = None,
    html: str = "",
    folded: str = "",
    copies: Sequence[str] = (),
    attachments: Sequence[AttachedFile] = (),
    automatic: str = "",
    source: str = "",
    link: str = "",
) -> Ticket:
    """Make a ticket out of what somebody reported; ``text`` becomes its first message.

    The requester is the actor unless another is named (agents only). ``link`` is the subject key of what caused it.
    Raises ``PermissionDenied`` for a foreign organisation and ``Refused`` for values that make no sense.
    """
    _check(actor, organisation_id, kind, channel, impact, urgency)
    requester = references.visible_or_none(actor, "people.Person", requester_id or actor.person_id)
    category = _category(organisation_id, category_id)
    team = references.visible_or_none(actor, "people.Team", team_id or (category.team_id if category else None))
    is_for_other = actor.person_id is not None and requester is not None and requester.pk != actor.person_id
    ticket = Ticket.objects.create(
        organisation_id=organisation_id,
        kind=kind,
        subject=one_line(subject, LONGEST_SUBJECT) or one_line(text, 80) or _("(no subject)"),
        impact=impact,
        urgency=urgency,
        priority=priority(impact, urgency),
        category=category,
        team=team,
        owner=references.visible_or_none(actor, "people.Person", owner_id) if actor.has("desk.work") else None,
        requester=requester,
        site=references.visible_or_none(actor, "inventory.Site", site_id) or getattr(requester, "site", None),
        channel=channel,
        language=language or getattr(requester, "language", None) or references.language_of(organisation_id),
        is_touched=is_for_other and actor.has("desk.work"),
    )
    unit.hold(ticket)
    ticket.assets.add(*references.several(actor, "inventory.Asset", asset_ids))
    ticket.services.add(*references.several(actor, "inventory.Service", service_ids))
    steps.add_watchers(ticket, references.watchers(actor, watcher_ids).values_list("pk", flat=True))
    message = steps.add_message(
        actor,
        ticket,
        text=text or ticket.subject,
        direction=Message.Direction.IN,
        channel=channel,
        html=html,
        folded=folded,
        copies=copies,
        attachments=attachments,
        automatic=automatic,
        source=source,
    )
    return _announce(actor, ticket, message, link)


def _check(actor: Actor, organisation_id: int, kind: str, channel: str, impact: int, urgency: int) -> None:
    if not actor.sees_organisation(organisation_id):
        raise PermissionDenied(_("You cannot report for this organisation. Choose one of your own."))
    if kind not in Ticket.Kind or channel not in Ticket.Channel:
        raise Refused(_("This kind of ticket or channel does not exist. Choose one of those offered."))
    if impact not in LEVELS or urgency not in LEVELS:
        raise Refused(_("Impact and urgency are high (1), medium (2) or low (3). Choose one of these."))


def _category(organisation_id: int, category_id: int | None) -> Category | None:
    if not category_id:
        return None
    found = Category.objects.filter(organisation_id=organisation_id, pk=category_id).first()
    if found is None:
        raise Refused(_("This category does not exist here. Choose another one."))
    return found


def _announce(actor: Actor, ticket: Ticket, message: Message, link: str) -> Ticket:
    """Set what follows from the first message, and say what happened."""
    change(ticket, **steps.heard(ticket, message))
    emit(actor, TicketCreated(ticket.pk, message.pk, ticket.channel, message.automatic, link), subject=ticket)
    if link:
        TicketLink.objects.create(ticket=ticket, target=link, relation="cause")
        emit(actor, TicketLinked(ticket.pk, link, "cause"), subject=ticket)
    if ticket.owner is not None:
        team_name = ticket.team.name if ticket.team else ""
        fact = TicketAssigned(ticket.pk, ticket.team_id, ticket.owner_id, team_name, ticket.owner.name)
        emit(actor, fact, subject=ticket)
    return ticket
