"""How a person gets in now: open sessions, noted as they are used and listed so that they can be ended; factors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from drifta.kernel import clock
from drifta.people.models import Person

#: What browsers and systems can be told by; the first that fits wins.
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


#: Seconds after which it is noted again that a session is in use.
NOTED_EVERY = 300


def track(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Note from where a session is used: when it is new, and then every five minutes, not on every request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        if key and request.user.is_authenticated and cache.add(f"session-noted-{key}", 1, NOTED_EVERY):
            UserSession.objects.create_from_request(request)
        return get_response(request)

    return middleware


@dataclass(frozen=True)
class OpenSession:
    """One signed-in browser. ``agent`` is what the browser calls itself, ``address`` where it last came from."""

    id: int
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime
    is_this: bool

    @property
    def device(self) -> str:
        """Browser and system in two words, as far as the browser tells them."""
        browser = next((name for mark, name in BROWSERS if mark in self.agent), _("Unknown browser"))
        system = next((name for mark, name in SYSTEMS if mark in self.agent), "")
        return f"{browser} · {system}" if system else browser


def open_sessions(person_id: int, this: str | None = None) -> list[OpenSession]:
    """Return the sessions that have not ended, newest first; ``this`` is the asking session's key."""
    rows = UserSession.objects.filter(user_id=person_id).order_by("-last_seen_at")
    alive = _alive({row.session_key for row in rows})
    return [
        OpenSession(row.pk, row.ip, row.user_agent, row.created_at, row.last_seen_at, row.session_key == this)
        for row in rows
        if row.session_key in alive
    ]


def session_keys(person_id: int, session_id: int | None = None) -> list[str]:
    """Return the keys of a person's sessions, or of the one with this number."""
    rows = UserSession.objects.filter(user_id=person_id)
    if session_id is not None:
        rows = rows.filter(pk=session_id)
    return list(rows.values_list("session_key", flat=True))


def _alive(keys: set[str]) -> set[str]:
    rows = Session.objects.filter(pk__in=keys, expire_date__gt=clock.now())
    return set(rows.values_list("pk", flat=True))


def has_second_factor(person: Person) -> bool:
    """Whether a person has set up an app or a key."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=person, type__in=kinds).exists())
