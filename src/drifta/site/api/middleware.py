"""What happens to every request of the REST interface: a limit per token, and one answer per ``Idempotency-Key``."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from drifta.kernel import idempotency, limits
from drifta.kernel.actor import Actor
from drifta.kernel.rest import problem

View = Callable[[HttpRequest], HttpResponse]

#: Requests that one token (or signed-in person) may make in a window, and the window's length in seconds.
LIMIT, WINDOW = 600, 60
#: Bytes of an answer that are remembered for a repeated request.
LARGEST_REMEMBERED = 1024 * 1024


def problems(get_response: View) -> View:
    """Answer what Django itself refuses (the wrong method) in the interface's own form too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or not request.path.startswith("/api/"):
            return response
        allowed = response.get("Allow", "")
        answer = problem(
            405, _("This address does not take this method"), _("It takes: %(methods)s") % {"methods": allowed}
        )
        answer["Allow"] = allowed
        return answer

    return middleware


def limit(get_response: View) -> View:
    """Count requests per token and minute; says so in ``RateLimit-*`` and answers 429 when it is too many."""

    def middleware(request: HttpRequest) -> HttpResponse:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not request.path.startswith("/api/") or actor.kind == "nobody":
            return get_response(request)
        used, reset = limits.count(f"api-{actor.kind}-{actor.token_id or actor.person_id}", WINDOW)
        response = get_response(request) if used <= LIMIT else _too_many(reset)
        response["RateLimit-Limit"] = str(LIMIT)
        response["RateLimit-Remaining"] = str(max(0, LIMIT - used))
        response["RateLimit-Reset"] = str(reset)
        return response

    return middleware


def _too_many(reset: int) -> HttpResponse:
    answer = problem(
        429,
        _("Too many requests"),
        _("At most %(limit)d requests a minute. Wait %(seconds)d seconds.") % {"limit": LIMIT, "seconds": reset},
    )
    answer["Retry-After"] = str(reset)
    return answer


def idempotent(get_response: View) -> View:
    """Answer a POST that carries an ``Idempotency-Key`` for the second time with the first answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if request.method != "POST" or not key or actor.token_id is None or not request.path.startswith("/api/"):
            return get_response(request)
        if len(key) > 200 or not key.isprintable():
            return problem(400, _("The Idempotency-Key is not valid"), _("Use up to 200 printable characters."))
        return _once(request, get_response, actor.token_id, key)

    return middleware


def _once(request: HttpRequest, get_response: View, token: int, key: str) -> HttpResponse:
    upload = (request.content_type or "").startswith("multipart/")
    body = request.headers.get("Content-Length", "").encode() if upload else request.body
    mark = idempotency.fingerprint("POST", request.get_full_path(), body)
    with idempotency.exclusive(token, key):
        known = idempotency.recall(token, key)
        if known is None:
            return _first(request, get_response, partial(idempotency.remember, token, key, mark))
    if known.fingerprint != mark:
        return problem(
            422, _("This Idempotency-Key was used for another request"), _("Use a new key for each request.")
        )
    repeated = HttpResponse(bytes(known.body), status=known.status, headers=known.headers)
    repeated["Idempotency-Replayed"] = "true"
    return repeated


def _first(request: HttpRequest, get_response: View, remember: Callable[..., None]) -> HttpResponse:
    """Answer, and remember the answer in the same transaction: done and not remembered would be done twice."""
    with transaction.atomic():
        response = get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        elif not response.streaming and len(response.content) <= LARGEST_REMEMBERED:
            kept = {name: value for name, value in response.items() if name in {"Content-Type", "ETag", "Location"}}
            remember(response.status_code, response.content, kept)
        return response
