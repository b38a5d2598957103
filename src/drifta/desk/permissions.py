"""Who may do what with tickets."""

from typing import Any

from drifta.kernel.actor import Actor
from drifta.kernel.permissions import rule
from drifta.people.roles import ADMINISTRATORS, AGENTS, EVERYBODY, READERS


def _is_reporter(actor: Actor, ticket: Any) -> bool:
    return actor.person_id is not None and (
        ticket.requester_id == actor.person_id or ticket.watching.filter(person_id=actor.person_id).exists()
    )


@rule("desk.read_all", roles=READERS)
def read_all(actor: Actor, ticket: Any) -> bool:
    """Read every ticket of one's organisations, internal notes included."""
    return True


@rule("desk.create", roles=EVERYBODY)
def create(actor: Actor, obj: Any) -> bool:
    """Report something."""
    return True


@rule(
    "desk.work",
    "desk.edit",
    "desk.prioritise",
    "desk.assign",
    "desk.take",
    "desk.hand_over",
    "desk.hold",
    "desk.resume",
    "desk.resolve",
    "desk.note",
    "desk.annotate",
    "desk.link",
    "desk.unlink",
    roles=AGENTS,
)
def work(actor: Actor, ticket: Any) -> bool:
    """Work on tickets: agents, on every ticket they see."""
    return True


@rule("desk.reply", "desk.close", "desk.reopen", "desk.watch", "desk.unwatch", roles=EVERYBODY)
def take_part(actor: Actor, ticket: Any) -> bool:
    """Write in a ticket, say that it is solved or is not: agents in all, everybody in those they reported or watch."""
    return actor.has("desk.work") or _is_reporter(actor, ticket)


@rule("desk.save_draft", "desk.see_notices", roles=EVERYBODY)
def save_draft(actor: Actor, obj: Any) -> bool:
    """Keep what one is writing, and how far one has looked."""
    return True


@rule("desk.save_view", roles=AGENTS)
def save_view(actor: Actor, obj: Any) -> bool:
    """Make views of one's own, and shared ones."""
    return True


@rule(
    "desk.create_category", "desk.edit_category", "desk.archive_category", "desk.restore_category",
    roles=ADMINISTRATORS,
)  # fmt: skip
def configure(actor: Actor, obj: Any) -> bool:
    """Make, rename and archive categories."""
    return True


@rule("desk.move_person", roles=ADMINISTRATORS)
def move_person(actor: Actor, obj: Any) -> bool:
    """Let one person take another's place in all tickets, when two entries are merged."""
    return True


@rule("desk.remove_view", roles=AGENTS)
def remove_view(actor: Actor, view: Any) -> bool:
    """Remove a view of one's own, of a team of one's own, or one for everybody."""
    if view.owner_id:
        return bool(view.owner_id == actor.person_id)
    return view.team_id is None or view.team_id in actor.team_ids
