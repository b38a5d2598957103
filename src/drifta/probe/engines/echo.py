"""ICMP echo (RFC 792, RFC 4443) for many targets over one raw socket per address family.

Replies are matched by a random cookie and a counter in the payload, so that the same code works with raw
sockets (root or CAP_NET_RAW) and with unprivileged ICMP sockets, whose identifier the kernel rewrites.
Round-trip times end at the kernel's own receive time stamp: a busy probe does not make the network look
slow.
"""

import asyncio
import os
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from drifta.probe.engines.poller import READ, Deadlines, Poller

_BUFFER = 8 << 20
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = getattr(socket, "SO_TIMESTAMPNS", 35)
_SOL_RAW, _ICMP_FILTER, _ICMP6_FILTER = 255, 1, 1
_TIMESPEC = struct.Struct("@qq")
_ECHO = struct.Struct("!BBHHH8sI")
_PAYLOAD_PADDING = bytes(36)  # 56 bytes of payload, as ping(8) sends
_WORDS = struct.Struct("!4H")
_READS_PER_EVENT = 512


class Outcome(Enum):
    """How one echo request ended."""

    REPLY = "reply"
    LOST = "lost"
    UNREACHABLE = "unreachable"


class NotPermitted(Exception):
    """This process may open neither raw nor unprivileged ICMP sockets."""


Answered = Callable[[Outcome, float], None]


@dataclass(slots=True, eq=False)
class _Pending:
    """One request under way; ``sent`` is wall-clock nanoseconds, as the kernel's receive time stamps are."""

    owner: "_Family"
    counter: int
    sent: int
    answered: Answered
    finished: bool = False

    def expire(self) -> None:
        """Count the request as lost."""
        self.owner.finish(self, Outcome.LOST, 0.0)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Constants of one address family."""

    family: int
    protocol: int
    request: int
    reply: int
    unreachable: int


_V4 = _Numbers(socket.AF_INET, socket.IPPROTO_ICMP, 8, 0, 3)
_V6 = _Numbers(socket.AF_INET6, socket.IPPROTO_ICMPV6, 128, 129, 1)


class _Family:
    """The socket of one address family and the requests under way on it."""

    def __init__(self, numbers: _Numbers, poller: Poller, deadlines: Deadlines[_Pending]) -> None:
        self._numbers = numbers
        self._deadlines = deadlines
        self._pending: dict[int, _Pending] = {}
        self._counter = int.from_bytes(os.urandom(3), "big")
        self._cookie = os.urandom(8)
        self._identifier = int.from_bytes(os.urandom(2), "big")
        self._sum = (numbers.request << 8) + self._identifier + sum(_WORDS.unpack(self._cookie))
        self._socket, self._raw = _open(numbers)
        self._buffer = bytearray(2048)
        self._view = memoryview(self._buffer)
        poller.watch(self._socket.fileno(), READ, self._readable)

    def send(self, address: str, timeout: float, answered: Answered) -> None:
        """Send one request; ``answered`` is called once, at the latest after ``timeout`` seconds."""
        self._counter = counter = (self._counter + 1) & 0xFFFFFFFF
        packet = self._packet(counter)
        pending = _Pending(self, counter, time.time_ns(), answered)
        self._pending[counter] = pending
        try:
            self._socket.sendto(packet, (address, 0))
        except (BlockingIOError, InterruptedError):
            pass  # the send buffer is full: nothing left the machine, the request runs into its deadline
        except OSError:
            self.finish(pending, Outcome.UNREACHABLE, 0.0)
            return
        self._deadlines.add(pending, timeout)

    def finish(self, pending: _Pending, outcome: Outcome, seconds: float) -> None:
        """End one request and tell its owner."""
        pending.finished = True
        self._pending.pop(pending.counter, None)
        pending.answered(outcome, seconds)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _packet(self, counter: int) -> bytes:
        sequence = counter & 0xFFFF
        total = self._sum + sequence + (counter >> 16) + sequence
        total = (total >> 16) + (total & 0xFFFF)
        total += total >> 16
        header = _ECHO.pack(
            self._numbers.request, 0, ~total & 0xFFFF, self._identifier, sequence, self._cookie, counter
        )
        return header + _PAYLOAD_PADDING

    def _readable(self, _events: int) -> None:
        receive, buffers = self._socket.recvmsg_into, [self._buffer]
        for _ in range(_READS_PER_EVENT):
            try:
                length, ancillary, _flags, _address = receive(buffers, 64)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # an ICMP error reported on the socket; the request runs into its deadline
            stamp = ancillary[0][2] if ancillary else b""
            self._take(length, stamp)

    def _take(self, length: int, stamp: bytes) -> None:
        offset = (self._buffer[0] & 0x0F) * 4 if self._raw and self._numbers is _V4 else 0
        if length < offset + 8:
            return
        kind = self._buffer[offset]
        if kind == self._numbers.reply and length >= offset + _ECHO.size:
            self._take_reply(offset, stamp)
        elif kind == self._numbers.unreachable:
            self._take_unreachable(offset + 8, length)

    def _take_reply(self, offset: int, stamp: bytes) -> None:
        cookie, counter = _ECHO.unpack_from(self._buffer, offset)[5:]
        pending = self._pending.get(counter)
        if pending is not None and cookie == self._cookie:
            self.finish(pending, Outcome.REPLY, _elapsed(pending.sent, stamp))

    def _take_unreachable(self, quoted: int, length: int) -> None:
        """An error quotes our request's IP header and at least its first 8 bytes: identifier and sequence."""
        offset = quoted + ((self._buffer[quoted] & 0x0F) * 4 if self._numbers is _V4 else 40)
        if length < offset + 8:
            return
        identifier, sequence = struct.unpack_from("!HH", self._buffer, offset + 4)
        pending = self._by_sequence(sequence) if identifier == self._identifier else None
        if pending is not None:
            self.finish(pending, Outcome.UNREACHABLE, 0.0)

    def _by_sequence(self, sequence: int) -> _Pending | None:
        """Return the newest request under way with these low 16 bits."""
        counter = (self._counter & 0xFFFF0000) | sequence
        if counter > self._counter:
            counter -= 0x10000
        return self._pending.get(counter)


class EchoEngine:
    """Sends echo requests. Raises NotPermitted on first use where the process may not."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._poller = Poller(loop)
        self._deadlines: Deadlines[_Pending] = Deadlines(loop)
        self._families: dict[bool, _Family] = {}

    def send(self, address: str, timeout: float, answered: Answered) -> None:
        """Send one request to a literal address; ``answered(outcome, seconds)`` is called exactly once."""
        six = ":" in address
        family = self._families.get(six)
        if family is None:
            numbers = _V6 if six else _V4
            family = self._families[six] = _Family(numbers, self._poller, self._deadlines)
        family.send(address, timeout, answered)

    def close(self) -> None:
        """Close the sockets; requests under way are forgotten."""
        self._deadlines.close()
        self._poller.close()
        for family in self._families.values():
            family.close()


def _elapsed(sent: int, stamp: bytes) -> float:
    """Return seconds from ``sent`` to the kernel's receive stamp; 0 when the clock was set back meanwhile."""
    if len(stamp) == _TIMESPEC.size:
        seconds, nanoseconds = _TIMESPEC.unpack(stamp)
        arrived = seconds * 1_000_000_000 + nanoseconds
    else:
        arrived = time.time_ns()
    return float(max(0, arrived - sent)) / 1e9


def _open(numbers: _Numbers) -> tuple[socket.socket, bool]:
    """Open a raw socket, else an unprivileged one; return it and whether it is raw."""
    for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
        try:
            opened = socket.socket(numbers.family, kind | socket.SOCK_NONBLOCK, numbers.protocol)
        except PermissionError:
            continue
        _tune(opened, numbers, raw=kind == socket.SOCK_RAW)
        return opened, kind == socket.SOCK_RAW
    raise NotPermitted


def _tune(opened: socket.socket, numbers: _Numbers, *, raw: bool) -> None:
    """Enlarge the buffers (default ones lose replies at some hundred requests), filter, and ask for stamps."""
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    except PermissionError:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    if not raw:
        return
    passed = (numbers.reply, numbers.unreachable)
    if numbers is _V4:
        mask = 0xFFFFFFFF & ~sum(1 << kind for kind in passed)
        opened.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", mask))
    else:
        opened.setsockopt(numbers.protocol, _ICMP6_FILTER, _filter6(passed))


def _filter6(passed: tuple[int, ...]) -> bytes:
    """Return an ``icmp6_filter``: 256 bits, a set bit blocks the type."""
    words = [0xFFFFFFFF] * 8
    for kind in passed:
        words[kind >> 5] &= ~(1 << (kind & 31)) & 0xFFFFFFFF
    return struct.pack("=8I", *words)
