"""Who can get in: invitations, passwords, blocked sign-ins, sessions."""

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel import clock
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people import access_mail, tokens
from drifta.people.actions.persons import require_other_administrator
from drifta.people.events import (
    InvitationAccepted,
    Invited,
    PasswordSet,
    SecondFactorRemoved,
    SessionEnded,
    SignedIn,
    SignInAllowed,
    SignInBlocked,
    SignInFailed,
)
from drifta.people.models import Invitation, Person
from drifta.people.roles import ADMINISTRATOR
from drifta.people.sessions import has_second_factor, session_keys

#: How long an invitation's link works.
INVITATION_LASTS = timedelta(days=7)


@action("people.invite", label=gettext_lazy("Invite"), icon="send", offered=False)
def invite(actor: Actor, person: Person) -> tuple[Invitation, str]:
    """Send a one-time link for choosing a password; earlier links end. Returns its row and its secret part."""
    if not person.email:
        raise Refused(_("%(name)s has no mail address. Add one to the contact points first.") % {"name": person.name})
    if not person.is_active:
        raise Refused(_("The sign-in of %(name)s is blocked. Allow it again first.") % {"name": person.name})
    now = clock.now()
    person.invitations.filter(used_at=None).update(used_at=now)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        person=person, digest=tokens.digest(secret), expires_at=now + INVITATION_LASTS
    )
    emit(actor, Invited(person=person.pk, name=person.name), subject=person)
    access_mail.invite(person, secret, INVITATION_LASTS)
    return invitation, secret


@action("people.accept_invitation", label=gettext_lazy("Accept invitation"), icon="check", own_page=True)
def accept_invitation(actor: Actor, invitation: Invitation, *, password: str) -> Person:
    """Use a one-time link: the person gets this password."""
    if invitation.used_at is not None or invitation.expires_at <= clock.now():
        raise Refused(_("This invitation was used or is too old. Ask your administrator for a new one."))
    change(invitation, used_at=clock.now())
    person = Person.objects.select_for_update(of=("self",)).get(pk=invitation.person_id)
    _store_password(person, password)
    emit(actor, InvitationAccepted(person=person.pk), subject=person)
    return person


@action("people.set_password", label=gettext_lazy("Set password"), icon="password", offered=False)
def set_password(actor: Actor, person: Person, *, password: str) -> Person:
    """Give a person a new password. Raises ``Refused`` with the reasons when it is too weak."""
    _store_password(person, password)
    emit(actor, PasswordSet(person=person.pk, name=person.name), subject=person)
    return person


def _store_password(person: Person, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused(error.messages) from error
    person.set_password(password)
    person.save(update_fields=["password"])


def may_sign_in(_actor: Actor, person: Person) -> bool:
    """Whether there is a sign-in to block."""
    return person.is_active


def is_blocked(_actor: Actor, person: Person) -> bool:
    """Whether there is a block to be lifted."""
    return not person.is_active


@action("people.deactivate", label=gettext_lazy("Block sign-in"), icon="lock", danger=True, fits=may_sign_in)
def deactivate(actor: Actor, person: Person) -> Person:
    """Block a person's sign-in: sessions end, tokens and invitations stop working."""
    if person.pk == actor.person_id:
        raise Refused(_("You cannot block your own sign-in. Ask another administrator."))
    if not person.is_active:
        return person
    if ADMINISTRATOR in person.roles:
        require_other_administrator(person)
    change(person, is_active=False)
    now = clock.now()
    person.api_tokens.filter(revoked_at=None).update(revoked_at=now)
    person.invitations.filter(used_at=None).update(used_at=now)
    Session.objects.filter(pk__in=session_keys(person.pk)).delete()
    emit(actor, SignInBlocked(person=person.pk, name=person.name), subject=person)
    return person


@action("people.activate", label=gettext_lazy("Allow sign-in"), icon="lock-open", fits=is_blocked)
def activate(actor: Actor, person: Person) -> Person:
    """Let a person sign in again; tokens that were revoked stay so."""
    if person.merged_into_id is not None:
        raise Refused(_("This entry was merged into another one."))
    if not person.is_active:
        change(person, is_active=True)
        emit(actor, SignInAllowed(person=person.pk, name=person.name), subject=person)
    return person


def may_have_lost_factor(actor: Actor, person: Person) -> bool:
    """Whether somebody else has a second factor; one's own is removed in the profile."""
    return person.pk != actor.person_id and has_second_factor(person)


@action(
    "people.remove_second_factor",
    label=gettext_lazy("Remove second factor"),
    icon="shield-off",
    danger=True,
    fits=may_have_lost_factor,
)
def remove_second_factor(actor: Actor, person: Person) -> Person:
    """Take away the app, keys and recovery codes of somebody who has lost them; sessions end, and a mail tells them.

    Raises ``Refused`` for one's own, which the profile removes after asking for it.
    """
    if person.pk == actor.person_id:
        raise Refused(_("You can remove your own second factor in your profile. If it is lost, ask a colleague."))
    if not Authenticator.objects.filter(user=person).delete()[0]:
        raise Refused(_("%(name)s has no second factor.") % {"name": person.name})
    Session.objects.filter(pk__in=session_keys(person.pk)).delete()
    emit(actor, SecondFactorRemoved(person=person.pk, name=person.name), subject=person)
    access_mail.tell_second_factor_removed(person, actor.name)
    return person


@action("people.end_session", label=gettext_lazy("End session"), icon="logout", own_page=True)
def end_session(actor: Actor, person: Person, *, session_id: int | None = None) -> Person:
    """End one session of a person, or all of them when none is named."""
    keys = session_keys(person.pk, session_id)
    Session.objects.filter(pk__in=keys).delete()
    if keys:
        emit(actor, SessionEnded(person=person.pk, name=person.name), subject=person)
    return person


@action("people.note_sign_in", label=gettext_lazy("Note a sign-in"))
def note_sign_in(actor: Actor, *, person_id: int, address: str) -> None:
    """Write into the event log that somebody has signed in."""
    person = Person.objects.get(pk=person_id)
    emit(person.actor, SignedIn(person=person.pk, address=address), subject=person)


@action("people.note_failed_sign_in", label=gettext_lazy("Note a failed sign-in"))
def note_failed_sign_in(actor: Actor, *, person_id: int, email: str, address: str) -> None:
    """Write into the event log that a sign-in with a wrong password was tried."""
    person = Person.objects.get(pk=person_id)
    emit(actor, SignInFailed(person=person.pk, email=email[:254], address=address), subject=person)
