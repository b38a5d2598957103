"""Who works on a ticket: assigning, taking, handing over."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.desk import references
from drifta.desk.actions import steps
from drifta.desk.events import TicketHandedOver
from drifta.desk.models import Message, Ticket, headed
from drifta.desk.stage import can_be_taken, is_not_closed
from drifta.desk.text import plain
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people.queries import agents, team_members


@action("desk.assign", label=gettext_lazy("Assign"), icon="user-check", fits=is_not_closed)
def assign(actor: Actor, ticket: Ticket, *, team_id: int | None = None, owner_id: int | None = None) -> Ticket:
    """Give the ticket to a team, a person, or both. None leaves a side as it is, 0 empties it.

    A new team takes the ticket from an owner who is not among its members. Raises ``Refused`` for an owner who does
    not work on tickets of this organisation.
    """
    team = ticket.team if team_id is None else references.visible_or_none(actor, "people.Team", team_id)
    owner = ticket.owner_id if owner_id is None else owner_id or None
    if owner_id:
        _require_agent(ticket, owner_id)
    elif owner_id is None and owner and team_id and owner not in team_members(team_id):
        owner = None
    return steps.give(actor, ticket, team=team, owner_id=owner)


def _require_agent(ticket: Ticket, person_id: int) -> None:
    if not agents(ticket.organisation_id).filter(pk=person_id).exists():
        raise Refused(_("This person does not work on tickets of this organisation. Choose somebody else."))


@action("desk.take", label=gettext_lazy("Take"), icon="user-check", fits=can_be_taken)
def take(actor: Actor, ticket: Ticket) -> Ticket:
    """Make the ticket one's own; a new one is open from now on. Raises ``Refused`` for programs without a person."""
    if actor.person_id is None:
        raise Refused(_("Only a person can take a ticket. Assign it to somebody instead."))
    steps.give(actor, ticket, team=ticket.team, owner_id=actor.person_id)
    if ticket.state == Ticket.State.NEW:
        steps.set_state(actor, ticket, Ticket.State.OPEN)
    return ticket


@action("desk.hand_over", label=gettext_lazy("Hand over"), icon="transfer-out", fits=is_not_closed)
def hand_over(
    actor: Actor, ticket: Ticket, *, team_id: int, note: str, tried: str = "", expected: str = "", owner_id: int = 0
) -> Ticket:
    """Pass the ticket to another team with a note: what is the matter, what was tried, what is expected.

    The requester sees one ticket all the time. Raises ``Refused`` without a note or for the team that has it already.
    """
    team = references.visible(actor, "people.Team", team_id)
    if team_id == ticket.team_id:
        raise Refused(_("This team has the ticket already. Choose another one, or assign a person."))
    if owner_id:
        _require_agent(ticket, owner_id)
    parts = _parts(situation=note, tried=tried, expected=expected)
    message = steps.add_message(
        actor, ticket, text=headed(parts), direction=Message.Direction.INTERNAL, channel=Ticket.Channel.WEB
    )
    change(message, parts=parts)
    from_team = ticket.team
    change(ticket, team=team, owner_id=owner_id or None, **steps.touched(actor, ticket))
    fact = TicketHandedOver(
        ticket=ticket.pk,
        from_team=from_team.pk if from_team else None,
        to_team=team.pk,
        message=message.pk,
        from_name=from_team.name if from_team else "",
        to_name=team.name,
    )
    emit(actor, fact, subject=ticket)
    steps.say_added(actor, message)
    steps.tell_concerned(actor, ticket, team_id=team.pk)
    return ticket


def _parts(**texts: str) -> list[list[str]]:
    """Return what a hand-over says, without what was left empty."""
    if not texts["situation"].strip():
        raise Refused(_("Say what the matter is, so that the next team need not ask again."))
    return [[heading, plain(text).strip()] for heading, text in texts.items() if text.strip()]
