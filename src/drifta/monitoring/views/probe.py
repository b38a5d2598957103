"""The probe protocol over HTTP: hello and results. Assignments are served by ``long_poll``."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from drifta.kernel import clock
from drifta.monitoring import batch
from drifta.monitoring.models import Probe
from drifta.monitoring.moments import milliseconds
from drifta.monitoring.store import receiving, wire

LONGEST_AGE = 400 * 86_400_000


def _refused(problem: dict[str, Any]) -> HttpResponse:
    return JsonResponse(problem, status=problem["status"], content_type="application/problem+json")


@csrf_exempt
@require_POST
def hello(request: HttpRequest) -> HttpResponse:
    """Take a probe's introduction."""
    probe = wire.bearer(request.headers.get("Authorization", ""))
    if probe is None:
        return _refused(wire.NO_KEY)
    try:
        body = msgspec.json.decode(request.body, type=wire.Hello)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _refused(wire.problem("malformed", 400, str(error)))
    if 1 not in body.formats:
        return _refused(wire.problem("format", 415, "This server reads format 1."))
    return JsonResponse(receiving.greet(probe, body))


@csrf_exempt
@require_POST
def results(request: HttpRequest) -> HttpResponse:
    """Take one batch of results."""
    probe = wire.bearer(request.headers.get("Authorization", ""))
    if probe is None:
        return _refused(wire.NO_KEY)
    if request.headers.get("Content-Encoding", "") != "zstd":
        return _refused(wire.problem("format", 415, "The content coding must be zstd."))
    try:
        return JsonResponse(_received(probe, request))
    except batch.MalformedError as error:
        return _refused(wire.problem("malformed", 400, str(error)))
    except batch.TooLargeError as error:
        return _refused(wire.problem("too-large", 413, str(error)))
    except batch.UnsupportedError as error:
        return _refused(wire.problem("format", 415, str(error)))
    except receiving.TwinError:
        return _refused(wire.problem("twin", 409, "Another probe has delivered with this key within the last minute."))


def _received(probe: Probe, request: HttpRequest) -> dict[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > batch.MOST_BYTES:
        raise batch.TooLargeError("a body has 1 MiB at most")
    found = batch.read(request.body)
    now = clock.now()
    probe.clock_offset = found.set_clock(milliseconds(now), _age(request))
    acknowledged = receiving.receive(probe, found, now)
    return {"journal": found.journal, "acknowledged": acknowledged, "server_time": milliseconds(clock.now())}


def _age(request: HttpRequest) -> int:
    text = request.headers.get("Drifta-Probe-Age", "0")
    return min(int(text), LONGEST_AGE) if text.isascii() and text.isdigit() else 0
