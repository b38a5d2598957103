"""Assignments by long poll: an asynchronous application, so that waiting holds neither a thread nor a connection."""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs

import msgspec
from asgiref.sync import sync_to_async

from drifta.kernel.actor import SYSTEM
from drifta.kernel.live import Receive, Scope, Send, listening
from drifta.kernel.models import subject_key
from drifta.monitoring.models import Probe
from drifta.monitoring.store import wire

LONGEST_WAIT = 25.0
LOOK_AGAIN = 5.0
"""Seconds after which the revision is looked up even if nothing was heard: a notice may have been lost."""

_assigned = sync_to_async(wire.assigned, thread_sensitive=False)
_assignments = sync_to_async(wire.assignments, thread_sensitive=False)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve ``GET /probe/v1/assignments`` (ASGI)."""
    headers = dict(scope["headers"])
    authorization = headers.get(b"authorization", b"").decode("latin-1")
    found = await _assigned(authorization)
    if found is None:
        await _answer(send, 401, msgspec.json.encode(wire.NO_KEY), b"application/problem+json")
        return
    if scope["method"] != "GET":
        await _answer(send, 405, b"", b"text/plain", (b"allow", b"GET"))
        return
    known = headers.get(b"if-none-match", b"").decode("latin-1").strip().strip('"')
    if known == found.revision:
        found = await _changed(authorization, found, _wait(scope)) or found
    if known == found.revision:
        await _answer(send, 304, b"", b"application/json", (b"etag", f'"{known}"'.encode()))
        return
    revision, body = await _assignments(found.probe)
    await _answer(send, 200, body, b"application/json", (b"etag", f'"{revision}"'.encode()))


async def _changed(authorization: str, known: wire.Assigned, wait: float) -> wire.Assigned | None:
    """Wait until the revision changes; returns what is so then (None if the key no longer holds)."""
    deadline = asyncio.get_running_loop().time() + wait
    found: wire.Assigned | None = known
    with listening(SYSTEM, [subject_key(Probe, known.probe)]) as notices:
        while found == known and (left := deadline - asyncio.get_running_loop().time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(notices.get(), min(left, LOOK_AGAIN))
            found = await _assigned(authorization)
    return found


def _wait(scope: Scope) -> float:
    text = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("wait", ["0"])[0]
    return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0


async def _answer(send: Send, status: int, body: bytes, kind: bytes, *headers: tuple[bytes, bytes]) -> None:
    fields = [(b"content-type", kind), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
