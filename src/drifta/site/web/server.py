"""The web process: one port, on which an ASGI shell serves the live stream and hands the rest to Django's
threads.

The shell gives every request a number (``X-Request-Id``), reads the whole body before a thread is taken, and
refuses what is too large or too slow, so that neither a slow nor a greedy client can hold a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import socket
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import IO, Any, cast

import uvicorn
from a2wsgi import WSGIMiddleware
from asgiref.typing import ASGI3Application

from drifta.site.web.protocol import PatientProtocol

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

THREADS = 8
"""Requests that Django works on at one moment; each thread keeps its own database connection."""
LARGEST_BODY = 128 * 1024 * 1024
"""Bytes of a request's body; more is refused with 413."""
IN_MEMORY = 256 * 1024
"""Bytes of a body that are kept in memory; a larger one waits in a temporary file."""
SLOWEST_PAUSE = 30.0
"""Seconds that a client may be silent in the middle of a body or while an answer waits to be read."""
CLEAN_STOP = 10
CHUNK = 64 * 1024
REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")


class TooLarge(Exception):
    """The body is larger than ``LARGEST_BODY``."""


class TooSlow(Exception):
    """The client was silent for too long, or has gone."""


class Shell:
    """ASGI application: ``routes`` are asynchronous applications by path, everything else is ``wsgi``'s."""

    def __init__(self, wsgi: Callable[..., Any], routes: Mapping[str, Application]) -> None:
        self.routes = dict(routes)
        self.django = cast("Application", WSGIMiddleware(wsgi, workers=THREADS))
        self.open_streams: set[asyncio.Task[Any]] = set()
        self.ending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await _refuse_other(scope, receive, send)
            return
        request_id = _request_id(scope)
        answer = _Answer(send, request_id)
        route = self.routes.get(scope["path"])
        if route is not None:
            await self._stream(route, scope, receive, answer)
        else:
            await self._through_django(scope, receive, answer)

    async def _stream(self, route: Application, scope: Scope, receive: Receive, answer: _Answer) -> None:
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self.open_streams.add(task)
        try:
            await route(scope, receive, answer.send)
        except asyncio.CancelledError:
            if not self.ending:
                raise
            await answer.finish()
        finally:
            self.open_streams.discard(task)

    async def _through_django(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            try:
                await _read_body(scope, receive, body)
            except TooLarge:
                await answer.refuse(
                    413, f"A request may be {LARGEST_BODY // 1024**2} MB at most. Send a smaller file."
                )
                return
            except TooSlow:
                await answer.refuse(408, "The request came too slowly. Try again over a better connection.")
                return
            await self.django(scope, _from_file(body), answer.send)

    def end_streams(self) -> None:
        """End the streams that would otherwise stay open until their browsers close them."""
        self.ending = True
        for task in self.open_streams:
            task.cancel()


class _Answer:
    """The way back to one client: adds the request's number, and gives up on a client that does not read.

    What comes after giving up is dropped without an error: the thread that makes it must come to its end.
    """

    def __init__(self, send: Send, request_id: bytes) -> None:
        self._send = send
        self._request_id = request_id
        self._begun = False
        self._abandoned = False

    async def send(self, message: Message) -> None:
        """Send one message of the answer."""
        if self._abandoned:
            return
        if message["type"] == "http.response.start":
            headers = [pair for pair in message.get("headers", []) if pair[0].lower() != b"x-request-id"]
            message = {**message, "headers": [*headers, (b"x-request-id", self._request_id)]}
            self._begun = True
        try:
            await asyncio.wait_for(self._send(message), SLOWEST_PAUSE)
        except TimeoutError:
            self._abandoned = True

    async def finish(self) -> None:
        """End an answer in the middle: what has been sent stands, a client that got nothing yet gets 503."""
        if self._begun:
            await self.send({"type": "http.response.body", "body": b""})
        else:
            await self.refuse(503, "Drifta is stopping. Try again in a moment.")

    async def refuse(self, status: int, detail: str) -> None:
        """Answer with problem details (RFC 9457) and close the connection, for the body has not been read."""
        text = f'{{"type": "about:blank", "status": {status}, "detail": "{detail}"}}'.encode()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(text)).encode()),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": text})


async def _refuse_other(scope: Scope, receive: Receive, send: Send) -> None:
    """WebSockets are closed, for nothing here speaks them."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1000})


def _request_id(scope: Scope) -> bytes:
    """Take the request's number from a proxy in front, or give it one; Django finds it in the headers."""
    found = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    request_id = found if REQUEST_ID.fullmatch(found) else uuid.uuid4().hex.encode()
    rest = [pair for pair in scope["headers"] if pair[0] != b"x-request-id"]
    scope["headers"] = [*rest, (b"x-request-id", request_id)]
    return request_id


async def _read_body(scope: Scope, receive: Receive, body: IO[bytes]) -> None:
    """Read the whole body into ``body`` and rewind it. Raises ``TooLarge`` or ``TooSlow``."""
    announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if announced.isdigit() and int(announced) > LARGEST_BODY:
        raise TooLarge
    size = 0
    more = True
    while more:
        message = await _next_message(receive)
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise TooLarge
        body.write(message.get("body", b""))
        more = message.get("more_body", False)
    body.seek(0)


async def _next_message(receive: Receive) -> Message:
    try:
        message = await asyncio.wait_for(receive(), SLOWEST_PAUSE)
    except TimeoutError as error:
        raise TooSlow from error
    if message["type"] == "http.disconnect":
        raise TooSlow
    return message


def _from_file(body: IO[bytes]) -> Receive:
    """Return a ``receive`` that gives out ``body`` from where it stands."""

    async def receive() -> Message:
        chunk = body.read(CHUNK)
        return {"type": "http.request", "body": chunk, "more_body": len(chunk) == CHUNK}

    return receive


class _Server(uvicorn.Server):
    """A server that ends open streams at a clean stop instead of waiting for their browsers."""

    def __init__(self, config: uvicorn.Config, shell: Shell) -> None:
        super().__init__(config)
        self.shell = shell

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop cleanly at SIGTERM and SIGINT; then this process has still things to do, so none is raised again."""
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = [signal.signal(number, self.handle_exit) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, end the streams, and let running requests finish."""
        self.shell.end_streams()
        await super().shutdown(sockets)


def serve(shell: Shell, listening: list[socket.socket], trusted_proxies: str) -> None:
    """Serve ``shell`` on the sockets ``listening`` until SIGTERM or SIGINT.

    ``trusted_proxies`` are addresses with commas between, whose ``X-Forwarded-For`` and ``-Proto`` are believed.
    """
    config = uvicorn.Config(
        cast("ASGI3Application", shell),
        http=PatientProtocol,
        ws="none",
        forwarded_allow_ips=trusted_proxies,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=CLEAN_STOP,
    )
    _Server(config, shell).run(sockets=listening)
