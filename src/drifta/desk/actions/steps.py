"""Steps that several of the desk's actions share. They write, so only actions call them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from drifta.desk import document, notices
from drifta.desk.attached import AttachedFile
from drifta.desk.events import MessageAdded, TicketAssigned, TicketStateChanged
from drifta.desk.models import Attachment, Message, Ticket, Watcher
from drifta.desk.text import clean_filename, excerpt, one_line, plain
from drifta.kernel import clock, files, live, unit
from drifta.kernel.actions import Refused
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change

#: Characters of one message; a longer text belongs into an attachment.
LONGEST = 500_000
#: Characters of a reason, which stands in one line.
LONGEST_REASON = 300

S = Ticket.State


def touched(actor: Actor, ticket: Ticket) -> dict[str, object]:
    """Return what every change sets: the time, and whether a person who works on tickets has been here."""
    is_touched = ticket.is_touched or (actor.person_id is not None and actor.has("desk.work"))
    return {"updated_at": clock.now(), "is_touched": is_touched}


def set_state(
    actor: Actor, ticket: Ticket, after: str, *, reason: str = "", until: datetime | None = None, resolution: str = ""
) -> Ticket:
    """Bring the ticket into another state with everything that belongs to it, and say so."""
    before, now = ticket.state, clock.now()
    reason, resolution = one_line(reason, LONGEST_REASON), plain(resolution).strip()[:LONGEST]
    values: dict[str, object] = {
        "state": after,
        "hold_until": until if after == S.WAITING else None,
        "hold_reason": reason if after == S.WAITING else "",
        "resolved_at": (ticket.resolved_at or now) if after in (S.RESOLVED, S.CLOSED) else None,
        "closed_at": now if after == S.CLOSED else None,
        "resolution": (resolution or ticket.resolution) if after in (S.RESOLVED, S.CLOSED) else "",
    }
    change(ticket, **values, **touched(actor, ticket))
    fact = TicketStateChanged(ticket.pk, before, after, resolution or reason, until.isoformat() if until else "")
    emit(actor, fact, subject=ticket)
    tell_concerned(actor, ticket, [watching.person_id for watching in ticket.watching.all()])
    return ticket


def give(actor: Actor, ticket: Ticket, *, team: Any, owner_id: int | None) -> Ticket:
    """Set team and owner, and say so when either is new."""
    before_team, before_owner = ticket.team_id, ticket.owner_id
    team_id = team.pk if team else None
    if (team_id, owner_id) == (before_team, before_owner):
        return ticket
    change(ticket, team=team, owner_id=owner_id, **touched(actor, ticket))
    owner_name = ticket.owner.name if ticket.owner else ""
    team_name = team.name if team else ""
    emit(actor, TicketAssigned(ticket.pk, team_id, owner_id, team_name, owner_name, before_owner), subject=ticket)
    tell_concerned(actor, ticket)
    return ticket


def add_message(
    actor: Actor,
    ticket: Ticket,
    *,
    text: str,
    direction: str,
    channel: str,
    html: str = "",
    folded: str = "",
    copies: Sequence[str] = (),
    attachments: Sequence[AttachedFile] = (),
    automatic: str = "",
    source: str = "",
) -> Message:
    """Store a message with its attachments and make it findable. Raises ``Refused`` for an empty or endless one."""
    text = plain(text)
    if not (text.strip() or html or attachments):
        raise Refused(_("The message is empty. Write something, or attach a file."))
    if len(text) > LONGEST:
        raise Refused(_("The message is too long. Attach it as a file instead."))
    message = Message.objects.create(
        ticket=ticket,
        author_id=actor.person_id,
        author_name=actor.name[:200],
        channel=channel,
        direction=direction,
        text=text,
        html=html,
        folded=plain(folded)[:LONGEST],
        copies=[one_line(address, 254) for address in copies][:50],
        automatic=automatic[:30],
        source=source[:120],
    )
    attach(message, attachments)
    document.add(ticket, message, [attached.filename for attached in attachments])
    return message


def say_added(actor: Actor, message: Message) -> None:
    """Announce a message."""
    ticket = message.ticket
    watcher_ids = [watching.person_id for watching in ticket.watching.all()]
    is_followed = ticket.owner_id is not None or bool(watcher_ids)
    told = message.direction, message.channel, message.automatic, is_followed
    emit(actor, MessageAdded(ticket.pk, message.pk, *told), subject=ticket)
    tell_concerned(actor, ticket, watcher_ids)


def tell_concerned(actor: Actor, ticket: Ticket, watcher_ids: Iterable[int] = (), team_id: int | None = None) -> None:
    """Tell the open pages of those whose matter a ticket is, but for whoever acts; at the end of the action."""
    persons = notices.concerned(ticket, watcher_ids) - {actor.person_id}
    names = [*(notices.of_person(pk) for pk in persons), *([notices.of_team(team_id)] if team_id else [])]
    unit.later(_tell, [(name, ticket.organisation_id) for name in names])


def _tell(named: list[tuple[str, int]]) -> None:
    live.tell_all(dict.fromkeys(named))


def attach(message: Message, attachments: Sequence[AttachedFile]) -> None:
    """Store the attachments' rows. Raises ``Refused`` for a file that is not in the store."""
    for attached in attachments:
        if not files.path_of(attached.sha256).exists():
            raise Refused(_("The file “%(name)s” did not arrive. Attach it again.") % {"name": attached.filename})
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            filename=clean_filename(attached.filename),
            media_type=attached.media_type[:120],
            size=attached.size,
            sha256=attached.sha256,
            content_id=attached.content_id[:250],
            is_inline=attached.is_inline,
        )
        for attached in attachments
    )


def add_watchers(ticket: Ticket, person_ids: Iterable[int]) -> None:
    """Add watchers; those who watch already (or reported it) stay as they are."""
    new = {pk for pk in person_ids if pk != ticket.requester_id}
    Watcher.objects.bulk_create([Watcher(ticket=ticket, person_id=pk) for pk in sorted(new)], ignore_conflicts=True)


def heard(ticket: Ticket, message: Message) -> dict[str, object]:
    """Return what a public message changes in the ticket's row: who spoke last, and what."""
    return {"last_from_requester": message.direction == Message.Direction.IN, "excerpt": excerpt(message.text)}
