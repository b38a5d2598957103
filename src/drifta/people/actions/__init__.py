"""Everything that changes people, teams, organisations, sign-in and tokens."""

from drifta.people.actions.access import (
    accept_invitation,
    activate,
    deactivate,
    end_session,
    invite,
    note_failed_sign_in,
    note_sign_in,
    remove_second_factor,
    set_password,
)
from drifta.people.actions.contact_points import add_contact_point, mark_bounced, remove_contact_point
from drifta.people.actions.imports import import_people
from drifta.people.actions.merge import merge
from drifta.people.actions.organisations import create_organisation, edit_organisation
from drifta.people.actions.persons import create, edit, edit_profile, serve, set_roles
from drifta.people.actions.strangers import recognise
from drifta.people.actions.teams import create_team, edit_team, set_members
from drifta.people.actions.tokens import create_token, revoke_token

__all__ = [
    "accept_invitation",
    "activate",
    "add_contact_point",
    "create",
    "create_organisation",
    "create_team",
    "create_token",
    "deactivate",
    "edit",
    "edit_organisation",
    "edit_profile",
    "edit_team",
    "end_session",
    "import_people",
    "invite",
    "mark_bounced",
    "merge",
    "note_failed_sign_in",
    "note_sign_in",
    "recognise",
    "remove_contact_point",
    "remove_second_factor",
    "revoke_token",
    "serve",
    "set_members",
    "set_password",
    "set_roles",
]
