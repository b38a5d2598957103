"""API tokens: what they look like, and who bears one."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models import Q

from drifta.kernel import clock, guard
from drifta.kernel.actor import Actor
from drifta.people.models import ApiToken

#: Every token begins so; makes leaked ones findable by scanners.
PREFIX = "drifta_"
#: How often the time of last use is written down.
PRECISION = timedelta(minutes=10)


def new() -> str:
    """Return a fresh token with 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Return what is stored of a token; it is random, so a plain hash cannot be guessed backwards."""
    return hashlib.sha256(token.encode()).digest()


def actor_of(token: str) -> Actor | None:
    """Return who acts by this token: its person, narrowed to its scopes; None when unknown, expired or revoked."""
    now = clock.now()
    row = (
        ApiToken.objects.select_related("person")
        .filter(
            Q(expires_at=None) | Q(expires_at__gt=now), digest=digest(token), revoked_at=None, person__is_active=True
        )
        .first()
    )
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at > PRECISION:
        with guard.writing():
            ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    person = row.person.actor
    scopes = frozenset(row.scopes)
    return Actor(
        kind="token",
        name=f"{person.name} ({row.name})",
        person_id=person.person_id,
        organisation_id=person.organisation_id,
        organisation_ids=person.organisation_ids,
        team_ids=person.team_ids,
        roles=person.roles,
        permissions=person.permissions & scopes if scopes else person.permissions,
        language=person.language,
        token_id=row.pk,
    )
