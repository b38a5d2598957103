"""API tokens: made (and shown once), revoked."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel import clock
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.kernel.permissions import permissions
from drifta.people import tokens
from drifta.people.events import TokenCreated, TokenRevoked
from drifta.people.models import ApiToken, Person

#: Characters of a token that are kept readable, so that its owner recognises it.
SHOWN = 12


@action("people.create_token", label=gettext_lazy("Make API token"), icon="key", offered=False)
def create_token(
    actor: Actor,
    person: Person,
    *,
    name: str,
    scopes: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token that acts for ``person``; returns its row and the token itself, which is never shown again."""
    wanted = sorted(set(scopes))
    _check(name, wanted, expires_at)
    secret = tokens.new()
    token = ApiToken.objects.create(
        person=person,
        name=name.strip()[:100],
        prefix=secret[:SHOWN],
        digest=tokens.digest(secret),
        scopes=wanted,
        expires_at=expires_at,
    )
    fact = TokenCreated(person=person.pk, name=person.name, token=token.pk, token_name=token.name)
    emit(actor, fact, subject=person)
    return token, secret


@action("people.revoke_token", label=gettext_lazy("Revoke API token"), icon="trash", danger=True)
def revoke_token(actor: Actor, token: ApiToken) -> ApiToken:
    """End a token for good."""
    if token.revoked_at is None:
        change(token, revoked_at=clock.now())
        person = token.person
        fact = TokenRevoked(person=person.pk, name=person.name, token=token.pk, token_name=token.name)
        emit(actor, fact, subject=person)
    return token


def _check(name: str, scopes: list[str], expires_at: datetime | None) -> None:
    if not name.strip():
        raise Refused(_("Say what the token is for, so that you know later which one to revoke."))
    unknown = [scope for scope in scopes if scope not in permissions]
    if unknown:
        raise Refused(_("There is no permission “%(scope)s”.") % {"scope": unknown[0]})
    if expires_at is not None and expires_at <= clock.now():
        raise Refused(_("The end of the token must lie in the future."))
