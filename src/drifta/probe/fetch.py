"""One HTTP(S) request in a coroutine, with the time that each part took."""

import asyncio
import errno
import ssl
from dataclasses import dataclass, replace
from time import perf_counter

from drifta.probe.check import Metrics, Parameter, connection_params
from drifta.probe.engines.stream import problem_of
from drifta.probe.http_message import ResponseReader
from drifta.probe.names import Unresolved, literal, names
from drifta.probe.transport import client_context
from drifta.probe.web_address import WebAddress

_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Fetch:
    """A request ready to be sent."""

    address: WebAddress
    request: bytes
    head_only: bool
    verify: bool


@dataclass(slots=True)
class Timing:
    """Seconds per part, of the last request; ``total`` counts redirects before it too."""

    name: float | None = None
    connect: float = 0.0
    tls: float | None = None
    first_byte: float = 0.0
    total: float = 0.0

    def parts(self) -> Metrics:
        """Return the parts as metrics; what did not happen is absent."""
        metrics: Metrics = {"time.connect": self.connect, "time.first_byte": self.first_byte}
        if self.name is not None:
            metrics["time.name"] = self.name
        if self.tls is not None:
            metrics["time.tls"] = self.tls
        return metrics


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer and its timing."""

    reader: ResponseReader
    timing: Timing


class FetchFailed(Exception):
    """There was no answer: a text code and its parameters."""

    def __init__(self, code: str, params: dict[str, Parameter]) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def same_origin(one: WebAddress, other: WebAddress) -> bool:
    """Tell whether credentials for ``other`` may be sent to ``one``."""
    return one.origin == other.origin


async def fetch(wanted: Fetch, before: Timing) -> Fetched:
    """Send one request and read the answer; raises FetchFailed. ``before.total`` is time already spent."""
    timing = replace(before, name=None, tls=None)
    reader = ResponseReader(head_only=wanted.head_only)
    began = perf_counter()
    try:
        await _exchange(wanted, timing, reader, began)
    except (Unresolved, OSError) as error:
        raise _failure(wanted.address, error, perf_counter() - began) from None
    timing.total = before.total + perf_counter() - began
    return Fetched(reader, timing)


async def _exchange(wanted: Fetch, timing: Timing, reader: ResponseReader, began: float) -> None:
    address = await _look_up(wanted.address.host, timing)
    clock = perf_counter()
    incoming, outgoing = await asyncio.open_connection(address, wanted.address.port)
    try:
        timing.connect = perf_counter() - clock
        if wanted.address.secure:
            clock = perf_counter()
            await outgoing.start_tls(client_context(wanted.verify), server_hostname=wanted.address.host)
            timing.tls = perf_counter() - clock
        outgoing.write(wanted.request)
        data = await incoming.read(_CHUNK)
        timing.first_byte = perf_counter() - began
        await _read_on(incoming, reader, data)
    finally:
        outgoing.transport.abort()


async def _look_up(host: str, timing: Timing) -> str:
    address = literal(host)
    if address is not None:
        return address
    clock = perf_counter()
    address = await names().address(host)
    timing.name = perf_counter() - clock
    return address


async def _read_on(incoming: asyncio.StreamReader, reader: ResponseReader, data: bytes) -> None:
    while data:
        if reader.feed(data):
            return
        data = await incoming.read(_CHUNK)
    if not reader.end():
        raise ConnectionResetError(errno.ECONNRESET, "the answer ended too early")


def _failure(address: WebAddress, error: Exception, seconds: float) -> FetchFailed:
    """Return the text code and parameters of what went wrong."""
    code, reason = failure_text(error)
    params = connection_params(address.authority, seconds, reason)
    return FetchFailed(code, params | {"host": address.host})


def failure_text(error: Exception) -> tuple[str, str]:
    """Return the text code of a failed look-up, connection or handshake, and the reason in the system's words."""
    if isinstance(error, Unresolved):
        return error.code, str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return "tls.untrusted", error.verify_message or str(error)
    if isinstance(error, ssl.SSLError):
        return "tls.failed", error.reason or str(error)
    if isinstance(error, OSError):
        return problem_of(error).value, error.strerror or str(error)
    return "connection.failed", str(error)
