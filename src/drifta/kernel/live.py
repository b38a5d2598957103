"""The live stream: one LISTEN per web process fans out; browsers get names of subjects and fetch the rest themselves.

An event source at ``/live``. Nothing of a change travels here but the subject's key and the event's number, so nothing
can leak, and a page that wants to know more asks the ordinary view, which checks permission. No database connection is
held by an open stream: the sign-in is looked up once, in a thread, and its connection closed.
"""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest
from django.utils.module_loading import import_string

from drifta.kernel.actor import Actor
from drifta.kernel.models import LoggedEvent

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

CHANNEL = "drifta"
#: Seconds between comments that keep proxies from closing a quiet stream.
HEARTBEAT = 15
#: Notices a slow browser may be behind before it is told to reload everything.
BACKLOG = 1000
#: Notices repeated to a browser that reconnects with ``Last-Event-ID``.
REPLAY = 500
#: Seconds and notices that are remembered for pages that were being made when something changed.
REMEMBERED = 60.0
REMEMBERED_NOTICES = 5000
#: Seconds that a question may need to come here, and a notice to leave; a page rather hears of it twice than never.
ON_ITS_WAY = 1.0


@dataclass(frozen=True)
class Notice:
    """Something about ``subject`` changed. ``event`` is its number in the log, 0 for passing things (presence)."""

    event: int
    subject: str
    organisation_id: int | None

    def encode(self) -> bytes:
        """Return the notice as one event of the stream."""
        number = f"id: {self.event}\n" if self.event else ""
        return f"{number}event: change\ndata: {self.subject}\n\n".encode()


@dataclass(eq=False)
class _Listener:
    actor: Actor
    subjects: frozenset[str]
    queue: "asyncio.Queue[Notice]" = field(default_factory=lambda: asyncio.Queue(BACKLOG))

    def wants(self, notice: Notice) -> bool:
        """Whether this browser may and wants to hear of it; a subject named without a number means all of its kind."""
        if notice.organisation_id is not None and not self.actor.sees_organisation(notice.organisation_id):
            return False
        return notice.subject in self.subjects or notice.subject.partition(":")[0] in self.subjects


class Hub:
    """The listeners of this process, and the one connection that hears for them all."""

    def __init__(self) -> None:
        self.listeners: set[_Listener] = set()
        self._heard: deque[tuple[float, Notice]] = deque(maxlen=REMEMBERED_NOTICES)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, once."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except (psycopg.Error, OSError) as error:
                log.warning("The live stream lost its database connection (%s); trying again in a second.", error)
                await asyncio.sleep(1)

    async def _hear(self) -> None:
        parameters = await sync_to_async(connection.get_connection_params)()
        parameters = {key: value for key, value in parameters.items() if key not in {"cursor_factory", "context"}}
        async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as listening:
            await listening.execute(f"LISTEN {CHANNEL}")
            async for notification in listening.notifies():
                self._fan_out(decode(notification.payload))

    def add(self, listener: "_Listener", since: float) -> None:
        """Add a listener, and tell it what it wants to know of what was heard after ``since`` (``time.monotonic``)."""
        self.listeners.add(listener)
        for heard_at, notice in self._heard:
            if heard_at >= since and listener.wants(notice):
                with suppress(asyncio.QueueFull):
                    listener.queue.put_nowait(notice)

    def _fan_out(self, notice: Notice) -> None:
        self._heard.append((time.monotonic(), notice))
        for listener in self.listeners:
            if listener.wants(notice):
                with suppress(asyncio.QueueFull):
                    listener.queue.put_nowait(notice)


def decode(payload: str) -> Notice:
    """Read a notification's payload, ``[event, subject, organisation]``."""
    event, subject, organisation_id = json.loads(payload)
    return Notice(event, subject, organisation_id)


def tell(subject: str, organisation_id: int | None = None) -> None:
    """Tell the open pages that ``subject`` changed, without an event (presence, progress); at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps([0, subject, organisation_id])])


def tell_all(subjects: Iterable[tuple[str, int | None]]) -> None:
    """Tell the open pages of many subjects with their organisations, in one statement; at commit."""
    payloads = [json.dumps([0, subject, organisation_id]) for subject, organisation_id in subjects]
    if payloads:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) payload", [CHANNEL, payloads])


hub = Hub()


@contextmanager
def listening(actor: Actor, named: Iterable[str]) -> "Iterator[asyncio.Queue[Notice]]":
    """Hear of subjects in the running event loop: gives the queue of their notices while the context is open."""
    hub.start()
    listener = _Listener(actor, frozenset(named))
    hub.listeners.add(listener)
    try:
        yield listener.queue
    finally:
        hub.listeners.discard(listener)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve ``/live`` (ASGI). 401 for whoever is not signed in."""
    since = asked_at(scope)  # before looking up who asks, which takes as long as it takes
    actor = await sync_to_async(_actor_of, thread_sensitive=False)(scope)
    if actor is None:
        await send({"type": "http.response.start", "status": 401, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"Sign in first."})
        return
    hub.start()
    listener = _Listener(actor, subjects(scope))
    hub.add(listener, since)
    gone = asyncio.create_task(_until_gone(receive))
    try:
        await _begin(send)
        async for chunk in _stream(scope, listener, gone):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    finally:
        hub.listeners.discard(listener)
        gone.cancel()


async def _begin(send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"retry: 1000\n\n", "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stream(scope: Scope, listener: _Listener, gone: "asyncio.Task[None]") -> AsyncIterator[bytes]:
    last = _header(scope, b"last-event-id")
    if last.isdigit():
        for notice in await sync_to_async(_missed, thread_sensitive=False)(listener.actor, int(last)):
            if listener.wants(notice):
                yield notice.encode()
    while not gone.done():
        waiting = asyncio.create_task(listener.queue.get())
        done, _ = await asyncio.wait({waiting, gone}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
        if waiting in done:
            yield waiting.result().encode()
        else:
            waiting.cancel()
            yield b": still here\n\n"


def _missed(actor: Actor, last: int) -> list[Notice]:
    rows = LoggedEvent.objects.visible_to(actor).filter(pk__gt=last).order_by("pk")
    try:
        return [Notice(row.pk, row.subject, row.organisation_id) for row in rows[:REPLAY]]
    finally:
        connection.close()


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _actor_of(scope: Scope) -> Actor | None:
    """Find who asks, by the session's cookie; the connection this took is given back at once."""
    request = HttpRequest()
    cookie = SimpleCookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)
    engine = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    request.session = engine(cookie.value if cookie else None)
    try:
        user = get_user(request)
        return user.actor if user.is_authenticated and user.is_active else None
    finally:
        connection.close()


def asked_at(scope: Scope) -> float:
    """Return when (``time.monotonic``) the page was asked for, at the latest: its age in seconds is ``?age=1.25``."""
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("age", ["0"])[0]
    try:
        age = max(0.0, float(given))
    except ValueError:
        age = 0.0
    return time.monotonic() - min(age, REMEMBERED) - ON_ITS_WAY


def subjects(scope: Scope) -> frozenset[str]:
    """Return the subjects that the page asks for: ``?subjects=desk.ticket:42,monitoring.check``."""
    named = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("subjects", [])
    return frozenset(",".join(named).split(","))
