"""Writing in tickets: answers, and notes between agents."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.desk.actions import steps
from drifta.desk.attached import AttachedFile
from drifta.desk.models import Message, Ticket
from drifta.desk.queries import takes_replies
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.models import change

S = Ticket.State


@action("desk.reply", label=gettext_lazy("Reply"), icon="message")
def reply(
    actor: Actor,
    ticket: Ticket,
    *,
    text: str,
    html: str = "",
    folded: str = "",
    channel: str = "web",
    copies: Sequence[str] = (),
    attachments: Sequence[AttachedFile] = (),
    automatic: str = "",
    source: str = "",
    state: str | None = None,
) -> Message:
    """Write a public message: outgoing when an agent writes, incoming when the requester or a watcher does.

    An agent's first answer takes a ticket that nobody owns. A person's incoming answer opens a waiting, resolved or
    lately closed ticket again; what a machine wrote (``automatic``) never does. ``state`` is the state an agent wants
    after the answer. Raises ``Refused`` for an answer to a ticket that closed too long ago.
    """
    is_agent = actor.has("desk.work") and (actor.person_id is None or actor.person_id != ticket.requester_id)
    if not is_agent and not automatic and not takes_replies(ticket):
        raise Refused(_("This ticket was closed a while ago. Report it as a new one, and name the old number."))
    message = steps.add_message(
        actor,
        ticket,
        text=text,
        direction=Message.Direction.OUT if is_agent else Message.Direction.IN,
        channel=channel if channel in Ticket.Channel else Ticket.Channel.WEB,
        html=html,
        folded=folded,
        copies=copies,
        attachments=attachments,
        automatic=automatic,
        source=source,
    )
    values = {} if automatic else steps.heard(ticket, message)
    change(ticket, **values, **steps.touched(actor, ticket))
    steps.say_added(actor, message)
    if not automatic:
        _follow(actor, ticket, message, state if is_agent else None)
    return message


def _follow(actor: Actor, ticket: Ticket, message: Message, state: str | None) -> None:
    """Bring owner and state to what the answer means."""
    if message.direction == Message.Direction.IN:
        if ticket.state in (S.WAITING, S.RESOLVED, S.CLOSED):
            steps.set_state(actor, ticket, S.OPEN)
        return
    if ticket.owner_id is None and actor.kind == "person":
        steps.give(actor, ticket, team=ticket.team, owner_id=actor.person_id)
    wanted = state or (S.OPEN if ticket.state == S.NEW else ticket.state)
    if wanted != ticket.state and wanted in S:
        resolution = message.text if wanted in (S.RESOLVED, S.CLOSED) else ""
        steps.set_state(actor, ticket, wanted, resolution=resolution)


@action("desk.note", label=gettext_lazy("Add note"), icon="note")
def note(
    actor: Actor,
    ticket: Ticket,
    *,
    text: str,
    attachments: Sequence[AttachedFile] = (),
    automatic: str = "",
    source: str = "",
    channel: str = "web",
) -> Message:
    """Write an internal note, which only agents, managers and auditors ever see."""
    return _note(actor, ticket, text, attachments, automatic, source, channel)


@action("desk.annotate", label=gettext_lazy("Annotate"), icon="note", own_page=True)
def annotate(actor: Actor, ticket: Ticket, *, text: str, automatic: str = "system", source: str = "") -> Message:
    """Let Drifta itself leave an internal remark, such as what the monitoring saw."""
    return _note(actor, ticket, text, (), automatic, source, Ticket.Channel.MONITORING)


def _note(
    actor: Actor,
    ticket: Ticket,
    text: str,
    attachments: Sequence[AttachedFile],
    automatic: str,
    source: str,
    channel: str,
) -> Message:
    message = steps.add_message(
        actor,
        ticket,
        text=text,
        direction=Message.Direction.INTERNAL,
        channel=channel if channel in Ticket.Channel else Ticket.Channel.WEB,
        attachments=attachments,
        automatic=automatic,
        source=source,
    )
    change(ticket, **steps.touched(actor, ticket))
    steps.say_added(actor, message)
    return message
