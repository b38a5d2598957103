"""Who may do what with people."""

from typing import Any

from drifta.kernel.actor import Actor
from drifta.kernel.permissions import rule
from drifta.people.roles import ADMINISTRATOR, ADMINISTRATORS, AGENTS, AUDITOR, EVERYBODY, READERS, REQUESTER


def _person_id(obj: Any) -> int | None:
    """Return whom an object is about: the person itself, or the owner of a token, contact point or invitation."""
    found: int | None = getattr(obj, "person_id", None) or obj.pk
    return found


def _is_self(actor: Actor, obj: Any) -> bool:
    return actor.person_id is not None and _person_id(obj) == actor.person_id


@rule("people.view", roles=READERS)
def view(actor: Actor, obj: Any) -> bool:
    """Look people, teams and organisations up."""
    return True


@rule("people.create", "people.recognise", "people.mark_bounced", roles=AGENTS)
def create(actor: Actor, obj: Any) -> bool:
    """Enter people."""
    return True


@rule("people.edit", "people.add_contact_point", "people.remove_contact_point", roles=AGENTS)
def edit(actor: Actor, obj: Any) -> bool:
    """Correct requesters and how they are reached.

    Only administrators do so for people with other roles: whoever changes a mail address can take the sign-in over.
    """
    return ADMINISTRATOR in actor.roles or set(getattr(obj, "roles", ())) <= {REQUESTER}


@rule(
    "people.administer",
    "people.set_roles",
    "people.serve",
    "people.invite",
    "people.deactivate",
    "people.activate",
    "people.merge",
    "people.import",
    "people.create_team",
    "people.edit_team",
    "people.set_members",
    "people.create_organisation",
    "people.edit_organisation",
    roles=ADMINISTRATORS,
)
def administer(actor: Actor, obj: Any) -> bool:
    """Give roles, invite, block sign-in, merge, import, make teams and organisations."""
    return True


@rule("people.remove_second_factor", roles=ADMINISTRATORS)
def remove_second_factor(actor: Actor, obj: Any) -> bool:
    """Take away a lost second factor; an administrator in person, no program."""
    return actor.kind == "person"


@rule("people.create_token", roles=EVERYBODY)
def create_token(actor: Actor, obj: Any) -> bool:
    """Make tokens of one's own; a token cannot make tokens, which would undo its scopes and its end."""
    return actor.kind == "person" and _is_self(actor, obj)


@rule("people.edit_profile", "people.set_password", "people.accept_invitation", roles=EVERYBODY)
def own(actor: Actor, obj: Any) -> bool:
    """Correct one's own particulars, and choose one's own password."""
    return actor.kind == "person" and _is_self(actor, obj)


@rule("people.revoke_token", "people.end_session", roles=EVERYBODY)
def end_access(actor: Actor, obj: Any) -> bool:
    """End tokens and sessions: one's own, and as an administrator everybody's."""
    return _is_self(actor, obj) or ADMINISTRATOR in actor.roles


@rule("settings.change", roles=ADMINISTRATORS)
def change_settings(actor: Actor, obj: Any) -> bool:
    """Change the settings of the installation."""
    return True


@rule("events.view", roles=ADMINISTRATORS | {AUDITOR})
def view_events(actor: Actor, obj: Any) -> bool:
    """Read the event log."""
    return True


@rule("jobs.manage", "jobs.run_again", "jobs.discard", roles=ADMINISTRATORS)
def manage_jobs(actor: Actor, obj: Any) -> bool:
    """See failed background jobs and run them again."""
    return True
