"""The connection to the server: introduces the probe, fetches assignments, delivers batches.

Everything here may fail at any time; nothing is forgotten before the server has acknowledged it. The log says once
when the connection goes and once when it comes back (docs/formats/probe-protocol.md).
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from drifta.probe.assignment import Assignments, decode_assignments
from drifta.probe.journal import Journal, Record
from drifta.probe.transport import client_context
from drifta.probe.web_address import WebAddress

log = logging.getLogger("drifta.probe")

WAIT = 25
CLOCK_TOLERANCE = 30.0
_FIRST_PAUSE, _LONGEST_PAUSE, _JITTER = 0.5, 30.0, 0.3
_SMALL_ANSWER = aiohttp.ClientTimeout(total=30, connect=10)
_LONG_POLL = aiohttp.ClientTimeout(total=WAIT + 20, connect=10)
_REFUSED = ("urn:drifta:probe:malformed", "urn:drifta:probe:too-large")
_LARGEST_ASSIGNMENTS = 64 << 20


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is and how to prove who we are. The key file is read anew at each introduction."""

    address: WebAddress
    key_file: Path
    ca_file: Path | None = None

    @property
    def base(self) -> str:
        """URL without a slash at its end."""
        scheme = "https" if self.address.secure else "http"
        return f"{scheme}://{self.address.authority}{self.address.path.rstrip('/')}"


class Unreachable(Exception):
    """A request did not succeed.

    ``pause`` is the server's wish in seconds, if it said so. ``refused``: Drifta itself (not a proxy before it) says
    that this body will never do.
    """

    def __init__(self, reason: str, pause: float | None = None, status: int = 0, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.pause = pause
        self.status = status
        self.refused = refused


class _Greeting(msgspec.Struct):
    """Answer to hello."""

    probe: int
    name: str
    server_time: int
    acknowledged: int = 0
    refresh: bool = False


class _Receipt(msgspec.Struct):
    """Answer to a batch."""

    acknowledged: int
    server_time: int


_GREETING = msgspec.json.Decoder(_Greeting)
_RECEIPT = msgspec.json.Decoder(_Receipt)


class Pause:
    """Back-off: doubles from 0.5 s to 30 s, with chance, so that many probes do not come back at one moment."""

    def __init__(self) -> None:
        self._next = _FIRST_PAUSE

    def reset(self) -> None:
        """Begin from the shortest pause."""
        self._next = _FIRST_PAUSE

    def length(self, wished: float | None = None) -> float:
        """Return how long to wait now, in seconds."""
        pause, self._next = self._next, min(_LONGEST_PAUSE, self._next * 2)
        if wished is not None:
            return min(max(wished, 0.1), 600.0)
        return pause * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 – no secret depends on it


@dataclass(slots=True)
class Hooks:
    """What the link tells the rest of the probe."""

    introduction: Callable[[], dict[str, Any]]
    assigned: Callable[[Assignments], None]
    refresh: Callable[[], None]
    cut_off: Callable[[bool], None]
    on_disk: Callable[[Callable[[], Any]], Awaitable[Any]]


class Link:
    """Runs until cancelled. ``revision`` is that of the assignments we have ("": none)."""

    def __init__(self, server: Server, journal: Journal, hooks: Hooks, user_agent: str) -> None:
        self._server = server
        self._journal = journal
        self._hooks = hooks
        self._headers = {"User-Agent": user_agent}
        self._greeted = asyncio.Event()
        self._news = asyncio.Event()
        self._trouble = ""
        self._fetch_trouble = ""
        self._ever = False
        self._clock_wrong = False
        self.revision = ""

    def wake(self) -> None:
        """Hear that a batch was written."""
        self._news.set()

    async def run(self) -> None:
        """Keep in contact."""
        ca_file = str(self._server.ca_file) if self._server.ca_file else None
        tls = client_context(True, ca_file) if self._server.address.secure else True
        connector = aiohttp.TCPConnector(ssl=tls, limit=4, keepalive_timeout=60)
        async with (
            aiohttp.ClientSession(connector=connector, headers=self._headers) as session,
            asyncio.TaskGroup() as group,
        ):
            group.create_task(self._deliver_always(session))
            group.create_task(self._fetch_always(session))

    async def drain(self, seconds: float) -> None:
        """Wait until everything is delivered, at most ``seconds``."""
        deadline = time.monotonic() + seconds
        while self._greeted.is_set() and self._journal.backlog and time.monotonic() < deadline:
            self._news.set()
            await asyncio.sleep(0.02)

    # -- delivery ----------------------------------------------------------------------------------------------

    async def _deliver_always(self, session: aiohttp.ClientSession) -> None:
        pause = Pause()
        while True:
            try:
                if not self._greeted.is_set():
                    await self._greet(session)
                await self._deliver_waiting(session)
                pause.reset()
                await self._news.wait()
            except Unreachable as problem:
                self._lost(str(problem))
                await asyncio.sleep(pause.length(problem.pause))

    async def _deliver_waiting(self, session: aiohttp.ClientSession) -> None:
        """Deliver batch after batch, in order, until none waits."""
        while True:
            self._news.clear()
            start = self._journal.acknowledged
            records: list[Record] = await self._hooks.on_disk(partial(self._journal.after, start))
            if not records:
                return
            for record in records:
                await self._deliver(session, record)

    async def _deliver(self, session: aiohttp.ClientSession, record: Record) -> None:
        headers = self._request_headers() | {
            "Content-Type": "application/msgpack",
            "Content-Encoding": "zstd",
            "Drifta-Probe-Age": str(self._journal.age(record)),
        }
        try:
            body = await self._request(session, "POST", "results", headers, record.body)
        except Unreachable as problem:
            if not problem.refused:
                raise
            log.error(
                "The server refused batch %d (%s). It lies in the folder “refused”; delivery goes on after it.",
                record.sequence,
                problem,
            )
            await self._hooks.on_disk(lambda: self._journal.refuse(record))
            return
        receipt = _read(_RECEIPT, body)
        self._compare_clocks(receipt.server_time)
        await self._hooks.on_disk(lambda: self._journal.acknowledge(receipt.acknowledged))
        if receipt.acknowledged < record.sequence:
            raise Unreachable("the server acknowledged less than it was given")

    # -- introduction ------------------------------------------------------------------------------------------

    async def _greet(self, session: aiohttp.ClientSession) -> None:
        headers = self._request_headers() | {"Content-Type": "application/json"}
        body = msgspec.json.encode(self._hooks.introduction())
        greeting = _read(_GREETING, await self._request(session, "POST", "hello", headers, body))
        await self._hooks.on_disk(lambda: self._journal.adopt(greeting.acknowledged))
        self._compare_clocks(greeting.server_time)
        if greeting.refresh:
            self._hooks.refresh()
        self._found(greeting.name)

    def _found(self, name: str) -> None:
        backlog = self._journal.backlog
        if self._trouble or not self._ever:
            log.info("Connected to %s as probe “%s”; %d batches wait.", self._server.base, name, backlog)
        self._trouble = ""
        self._ever = True
        self._greeted.set()
        self._hooks.cut_off(False)

    def _lost(self, reason: str) -> None:
        self._greeted.clear()
        self._hooks.cut_off(True)
        if reason != self._trouble:
            self._trouble = reason
            log.error(
                "No connection to %s: %s. Checks go on; their results are kept and delivered later.",
                self._server.base,
                reason,
            )

    # -- assignments -------------------------------------------------------------------------------------------

    async def _fetch_always(self, session: aiohttp.ClientSession) -> None:
        pause = Pause()
        while True:
            await self._greeted.wait()
            try:
                await self._fetch(session)
                pause.reset()
                self._fetch_trouble = ""
            except Unreachable as problem:
                self._not_fetched(problem)
                await asyncio.sleep(pause.length(problem.pause))

    def _not_fetched(self, problem: Unreachable) -> None:
        """Let the other half find out whether the server is there at all; say what only this half can know."""
        if problem.status in (0, 401):
            self._greeted.clear()
            self._news.set()
        elif str(problem) != self._fetch_trouble:
            self._fetch_trouble = str(problem)
            log.error("The assignments could not be fetched: %s. The probe goes on with those it has.", problem)

    async def _fetch(self, session: aiohttp.ClientSession) -> None:
        headers = self._request_headers()
        path = "assignments"
        if self.revision:
            headers["If-None-Match"] = f'"{self.revision}"'
            path += f"?wait={WAIT}"
        body = await self._request(session, "GET", path, headers, None)
        if not body:
            return
        try:
            assignments = decode_assignments(body)
        except ValueError as error:
            raise Unreachable(f"its assignments cannot be read ({error})") from None
        self._hooks.assigned(assignments)
        self.revision = assignments.revision

    # -- requests ----------------------------------------------------------------------------------------------

    def _request_headers(self) -> dict[str, str]:
        try:
            key = self._server.key_file.read_text().strip()
        except OSError as error:
            raise Unreachable(f"the key file cannot be read ({error.strerror})") from None
        return {"Authorization": f"Bearer {key}", "Drifta-Probe-Time": str(time.time_ns() // 1_000_000)}

    async def _request(
        self,
        session: aiohttp.ClientSession,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None,
    ) -> bytes:
        """Return the body of a 200 answer (empty for 304); raises Unreachable for everything else."""
        timeout = _LONG_POLL if method == "GET" else _SMALL_ANSWER
        url = f"{self._server.base}/probe/v1/{path}"
        try:
            async with session.request(
                method, url, headers=headers, data=body, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status == 200:
                    return await _read_limited(response)
                if response.status == 304:
                    return b""
                raise await _refusal(response)
        except TimeoutError:
            raise Unreachable("it does not answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable(_reason(error)) from None

    def _compare_clocks(self, server_time: int) -> None:
        difference = time.time() - server_time / 1000
        wrong = abs(difference) > CLOCK_TOLERANCE
        if wrong and not self._clock_wrong:
            log.warning("This machine's clock differs from the server's by %.0f s. Set it by NTP.", difference)
        if self._clock_wrong and not wrong:
            log.info("This machine's clock agrees with the server's again.")
        self._clock_wrong = wrong


def _read(decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise Unreachable(f"its answer cannot be read ({error}); is it a Drifta server?") from None


async def _read_limited(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for part in response.content.iter_chunked(1 << 16):
        body += part
        if len(body) > _LARGEST_ASSIGNMENTS:
            raise Unreachable("its answer is larger than 64 MiB")
    return bytes(body)


async def _refusal(response: aiohttp.ClientResponse) -> Unreachable:
    """Return what an error answer means (RFC 9457), with the server's wish for a pause."""
    pause = response.headers.get("Retry-After", "")
    wished = float(pause) if pause.isdigit() else None
    if response.status == 401:
        mend = "it does not accept this probe's key; make a new one on the page of the probe"
        return Unreachable(mend, wished, 401)
    try:
        problem = msgspec.json.decode(await response.content.read(65536))
        detail = str(problem.get("detail") or problem.get("title"))
        refused = problem.get("type") in _REFUSED
    except (msgspec.MsgspecError, AttributeError):
        detail, refused = response.reason or "", False
    reason = f"status {response.status} ({detail[:300]})"
    return Unreachable(reason, wished, response.status, refused=refused)


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"its certificate is not trusted ({error.certificate_error}); give its authority with --ca"
    if isinstance(error, aiohttp.ClientConnectorError):
        return str(error.strerror or error.os_error)
    return str(error) or type(error).__name__
