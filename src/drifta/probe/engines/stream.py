"""TCP connections in bulk: connect, perhaps send something, perhaps read until a reader is satisfied.

One small object per connection, driven by events of one epoll; no coroutine, no buffer beyond what is read.
"""

import asyncio
import errno
import os
import socket
from collections.abc import Callable
from enum import Enum
from time import perf_counter
from typing import Protocol

from drifta.probe.engines.poller import READ, WRITE, Deadlines, Poller

_CHUNK = 65536


class Problem(Enum):
    """Why a connection did not do what was asked. The values are text codes."""

    REFUSED = "connection.refused"
    RESET = "connection.reset"
    UNREACHABLE = "network.unreachable"
    TIMEOUT = "timeout"
    FAILED = "connection.failed"
    EXHAUSTED = "probe.exhausted"


_PROBLEMS = {
    errno.ECONNREFUSED: Problem.REFUSED,
    errno.ECONNRESET: Problem.RESET,
    errno.EPIPE: Problem.RESET,
    errno.ENETUNREACH: Problem.UNREACHABLE,
    errno.EHOSTUNREACH: Problem.UNREACHABLE,
    errno.ETIMEDOUT: Problem.TIMEOUT,
    errno.EMFILE: Problem.EXHAUSTED,
    errno.ENFILE: Problem.EXHAUSTED,
    errno.EADDRNOTAVAIL: Problem.EXHAUSTED,
}


def problem_of(error: OSError) -> Problem:
    """Return the problem that an operating system error means."""
    if isinstance(error, TimeoutError):
        return Problem.TIMEOUT
    return _PROBLEMS.get(error.errno or 0, Problem.FAILED)


class Reader(Protocol):
    """Takes what the peer sends."""

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; return True when nothing more is needed."""

    def end(self) -> bool:
        """Hear that the peer closed; return True if what was read is complete."""


Ended = Callable[["Stream"], None]


class Stream:
    """One connection. After the end: ``problem`` (None: all went well), ``error``, and times in seconds."""

    __slots__ = (
        "_began",
        "_ended",
        "_engine",
        "_reader",
        "_request",
        "_socket",
        "connected",
        "error",
        "finished",
        "first_byte",
        "problem",
        "total",
    )

    def __init__(self, engine: "StreamEngine", request: bytes, reader: Reader | None, ended: Ended) -> None:
        self._engine = engine
        self._request = request
        self._reader = reader
        self._ended = ended
        self._began = perf_counter()
        self.connected = 0.0
        self.first_byte = 0.0
        self.total = 0.0
        self.problem: Problem | None = None
        self.error = ""
        self.finished = False

    def open(self, address: str, port: int) -> None:
        """Begin to connect to a literal address."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            self._socket = opened = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError as error:
            self._give_up(error)
            return
        code = opened.connect_ex((address, port))
        if code in (0, errno.EINPROGRESS):
            self._engine.poller.watch(opened.fileno(), WRITE, self._writable)
        else:
            self._fail(code)

    def expire(self) -> None:
        """End because the time is up."""
        self.problem = Problem.TIMEOUT
        self._finish()

    def _writable(self, _events: int) -> None:
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._fail(code)
            return
        if not self.connected:
            self.connected = perf_counter() - self._began
        if self._request and not self._send():
            return
        if self._reader is None:
            self._finish()
            return
        self._engine.poller.replace(self._socket.fileno(), READ, self._readable)

    def _send(self) -> bool:
        """Send what is left of the request; return whether reading can begin."""
        try:
            sent = self._socket.send(self._request)
        except BlockingIOError:
            return False
        except OSError as error:
            self._fail(error.errno or 0)
            return False
        self._request = self._request[sent:]
        return not self._request

    def _readable(self, _events: int) -> None:
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(error.errno or 0)
            return
        if not self.first_byte:
            self.first_byte = perf_counter() - self._began
        self._take(data)

    def _take(self, data: bytes) -> None:
        assert self._reader is not None
        if data:
            if self._reader.feed(data):
                self._finish()
            return
        if not self._reader.end():
            self.problem = Problem.RESET
        self._finish()

    def _give_up(self, error: OSError) -> None:
        self.problem = problem_of(error)
        self.error = error.strerror or str(error)
        self.finished = True
        self._ended(self)

    def _fail(self, code: int) -> None:
        error = OSError(code, os.strerror(code))
        self.problem = problem_of(error)
        self.error = error.strerror or str(error)
        self._finish()

    def _finish(self) -> None:
        self.finished = True
        self.total = perf_counter() - self._began
        self._engine.poller.forget(self._socket.fileno())
        self._socket.close()
        self._ended(self)


class StreamEngine:
    """Opens connections and watches their deadlines."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.poller = Poller(loop)
        self._deadlines: Deadlines[Stream] = Deadlines(loop)

    def open(
        self, address: str, port: int, timeout: float, request: bytes, reader: Reader | None, ended: Ended
    ) -> None:
        """Connect, send ``request``, read until ``reader`` is satisfied; then call ``ended`` exactly once."""
        stream = Stream(self, request, reader, ended)
        stream.open(address, port)
        if not stream.finished:
            self._deadlines.add(stream, timeout)

    def close(self) -> None:
        """Stop watching; connections under way are forgotten."""
        self._deadlines.close()
        self.poller.close()
