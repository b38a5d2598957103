"""Facts about people, teams and organisations."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from drifta.kernel.events import Event, event


@event("people.person_created", text=_("added the person %(name)s"))
@dataclass(frozen=True)
class PersonCreated(Event):
    """Somebody is known now; ``stranger`` tells that a mail or call made the person."""

    person: int
    name: str
    stranger: bool = False


@event("people.person_edited", text=_("changed %(fields)s of %(name)s"))
@dataclass(frozen=True)
class PersonEdited(Event):
    """Particulars of a person have changed; names the fields."""

    person: int
    name: str
    fields: str


@event("people.roles_changed", text=_("gave %(name)s the roles: %(roles)s"))
@dataclass(frozen=True)
class RolesChanged(Event):
    """A person has other roles than before; ``before`` and ``roles`` are comma-separated role names."""

    person: int
    name: str
    roles: str
    before: str


@event(
    "people.organisations_served_changed", text=_("changed which organisations %(name)s works for: %(organisations)s")
)
@dataclass(frozen=True)
class ServedChanged(Event):
    """A person works for other organisations than before."""

    person: int
    name: str
    organisations: str


@event("people.sign_in_blocked", text=_("blocked the sign-in of %(name)s"))
@dataclass(frozen=True)
class SignInBlocked(Event):
    """A person may no longer sign in; sessions and tokens have ended."""

    person: int
    name: str


@event("people.sign_in_allowed", text=_("allowed %(name)s to sign in again"))
@dataclass(frozen=True)
class SignInAllowed(Event):
    """A person may sign in again."""

    person: int
    name: str


@event("people.second_factor_removed", text=_("removed the second factor of %(name)s"))
@dataclass(frozen=True)
class SecondFactorRemoved(Event):
    """An administrator took away the second factor of somebody who had lost it."""

    person: int
    name: str


@event("people.persons_merged", text=_("merged %(absorbed_name)s into %(name)s"))
@dataclass(frozen=True)
class PersonsMerged(Event):
    """Two entries were the same human being: modules move what belongs to ``absorbed`` to ``person``."""

    person: int
    name: str
    absorbed: int
    absorbed_name: str


@event("people.contact_point_added", text=_("added %(value)s to %(name)s"))
@dataclass(frozen=True)
class ContactPointAdded(Event):
    """A person can be reached, and recognised, by one more address."""

    person: int
    name: str
    kind: str
    value: str


@event("people.contact_point_removed", text=_("removed %(value)s from %(name)s"))
@dataclass(frozen=True)
class ContactPointRemoved(Event):
    """An address no longer belongs to a person."""

    person: int
    name: str
    kind: str
    value: str


@event("people.contact_point_bounced", text=_("noted that mail to %(value)s comes back"))
@dataclass(frozen=True)
class ContactPointBounced(Event):
    """Mail to this address was returned as undeliverable (RFC 3464)."""

    person: int
    name: str
    value: str


@event("people.invited", text=_("invited %(name)s"))
@dataclass(frozen=True)
class Invited(Event):
    """A person was sent a one-time link to choose a password."""

    person: int
    name: str


@event("people.invitation_accepted", text=_("accepted the invitation"))
@dataclass(frozen=True)
class InvitationAccepted(Event):
    """A person has used their one-time link."""

    person: int


@event("people.password_set", text=_("set the password of %(name)s"))
@dataclass(frozen=True)
class PasswordSet(Event):
    """A person has another password than before."""

    person: int
    name: str


@event("people.signed_in", text=_("signed in from %(address)s"))
@dataclass(frozen=True)
class SignedIn(Event):
    """A person has signed in; ``address`` is the network address the request came from."""

    person: int
    address: str


@event("people.sign_in_failed", text=_("could not sign in as %(email)s from %(address)s"))
@dataclass(frozen=True)
class SignInFailed(Event):
    """Somebody tried to sign in as a person that exists, with a wrong password."""

    person: int
    email: str
    address: str


@event("people.session_ended", text=_("ended a session of %(name)s"))
@dataclass(frozen=True)
class SessionEnded(Event):
    """A session was ended from another one, or by an administrator."""

    person: int
    name: str


@event("people.token_created", text=_("made the API token “%(token_name)s” for %(name)s"))
@dataclass(frozen=True)
class TokenCreated(Event):
    """A program can act for a person."""

    person: int
    name: str
    token: int
    token_name: str


@event("people.token_revoked", text=_("revoked the API token “%(token_name)s” of %(name)s"))
@dataclass(frozen=True)
class TokenRevoked(Event):
    """A token no longer works."""

    person: int
    name: str
    token: int
    token_name: str


@event("people.team_created", text=_("made the team %(name)s"))
@dataclass(frozen=True)
class TeamCreated(Event):
    """There is a new team."""

    team: int
    name: str


@event("people.team_edited", text=_("changed the team %(name)s: %(fields)s"))
@dataclass(frozen=True)
class TeamEdited(Event):
    """A team has another name, line or state."""

    team: int
    name: str
    fields: str


@event("people.team_members_changed", text=_("changed the members of %(name)s"))
@dataclass(frozen=True)
class TeamMembersChanged(Event):
    """Persons joined or left a team; both by person id."""

    team: int
    name: str
    joined: list[int]
    left: list[int]


@event("people.organisation_created", text=_("added the organisation %(name)s"))
@dataclass(frozen=True)
class OrganisationCreated(Event):
    """There is a new organisation."""

    organisation: int
    name: str


@event("people.organisation_edited", text=_("changed %(fields)s of the organisation %(name)s"))
@dataclass(frozen=True)
class OrganisationEdited(Event):
    """An organisation has another name, language or other mail domains."""

    organisation: int
    name: str
    fields: str


@event("people.imported", text=_("imported people: %(created)s new, %(updated)s changed"))
@dataclass(frozen=True)
class PeopleImported(Event):
    """A file of people was read; the numbers are rows."""

    created: int
    updated: int
    unchanged: int
