"""What happens to every request: who acts, in which language, under which content policy, and how errors are told."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from drifta.kernel.actions import Conflict, Refused
from drifta.kernel.actor import NOBODY
from drifta.people import tokens
from drifta.site.web import errors as pages

View = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}';"
    " img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self';"
    " frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)


def content_security_policy(get_response: View) -> View:
    """Allow nothing but what Drifta serves itself; pages find the nonce in ``request.csp_nonce``."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = get_response(request)
        response.setdefault("Content-Security-Policy", POLICY.format(nonce=request.csp_nonce))  # type: ignore[attr-defined]
        response.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        return response

    return middleware


def actor(get_response: View) -> View:
    """Put the one who acts on the request: the bearer of a token on the API and measures, else who is signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer ") and request.path.startswith(("/api/", "/metrics")):
            request.actor = tokens.actor_of(header.removeprefix("Bearer ").strip()) or NOBODY  # type: ignore[attr-defined]
        else:
            request.actor = request.user.actor if request.user.is_authenticated else NOBODY  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def language(get_response: View) -> View:
    """Speak the person's language; before sign-in the one chosen on the page, else the browser's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.actor.language if request.actor.kind != "nobody" else None  # type: ignore[attr-defined]
        code = chosen or translation.get_language_from_request(request)
        with translation.override(code if code in {"en", "sv", "nb"} else "en"):
            response = get_response(request)
            response.setdefault("Content-Language", translation.get_language() or "en")
        return response

    return middleware


def errors(get_response: View) -> View:
    """Turn refusals and conflicts that a view did not handle into pages (or fragments) that say what to do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return pages.refused(request, exception)
        if isinstance(exception, Conflict):
            return pages.conflict(request, exception)
        return None

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
