"""The probe's process: joins scheduler, journal and link, and stops cleanly.

``run`` is what ``drifta probe`` and ``python -m drifta.probe`` call.
"""

import asyncio
import fcntl
import gc
import logging
import os
import resource
import signal
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import drifta
from drifta.probe.assignment import Assignment, Assignments, load_assignments, merge, save_assignments
from drifta.probe.batch import FORMAT, Batch
from drifta.probe.journal import DEFAULT_LIMIT, Full, Journal
from drifta.probe.link import Hooks, Link, Server
from drifta.probe.registry import KINDS
from drifta.probe.schedule import percentile
from drifta.probe.scheduler import Scheduler
from drifta.probe.standings import load_standings, save_standings
from drifta.probe.web_address import parse_address
from drifta.words import gettext_noop as _
from drifta.words import translate

log = logging.getLogger("drifta.probe")

_WRITE_EVERY = 2.0
_GATHER = 0.05
_REPORT_EVERY = 10.0
_STANDINGS_EVERY = 5.0
_JUMP = 5.0
_DRAIN = 2.0
_UNWRITTEN = 200_000
_LOOPBACK = ("localhost", "::1")


class CannotStart(Exception):
    """The probe cannot start; the message says why and what mends it, in the language of the terminal."""

    def __init__(self, text: str, /, **values: object) -> None:
        super().__init__(translate(text, **values))


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. ``buffer_size`` is in bytes."""

    server: str
    key_file: Path
    data: Path
    name: str = ""
    ca_file: Path | None = None
    buffer_size: int = DEFAULT_LIMIT


class Probe:
    """One running probe."""

    def __init__(self, options: Options, server: Server, journal: Journal) -> None:
        self._name = options.name or socket.gethostname()
        self._folder = options.data
        self._journal = journal
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._hurry = asyncio.Event()
        self._stop = asyncio.Event()
        self._started_at = time.time_ns() // 1_000_000
        self._reported = 0.0
        self._saved = 0.0
        self._full = False
        self._unwritten: deque[tuple[Batch, dict[str, Any] | None]] = deque()
        self._assignments: dict[int, Assignment] = {}
        self._scheduler = Scheduler(KINDS, self._hurry.set, _most_in_flight())
        hooks = Hooks(self._introduce, self._assigned, self._scheduler.refresh, self._cut_off, self._on_disk)
        self._link = Link(server, journal, hooks, f"drifta-probe/{drifta.__version__}")

    def stop(self) -> None:
        """End soon, losing nothing."""
        self._stop.set()

    async def run(self) -> None:
        """Work until ``stop``."""
        self._restore()
        gc.freeze()  # what lives as long as the process need not be looked at again
        gc.set_threshold(20_000, 20, 20)  # runs make little garbage in cycles
        contact = asyncio.create_task(self._link.run())
        writing = asyncio.create_task(self._write_always())
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({contact, writing, stopped}, return_when=asyncio.FIRST_COMPLETED)
            for task in (contact, writing):
                if task.done():
                    task.result()
        finally:
            writing.cancel()
            await asyncio.wait({writing})
            await self._end(contact)

    async def _end(self, contact: "asyncio.Task[None]") -> None:
        self._scheduler.stop()
        await self._write()
        self._link.wake()
        await self._link.drain(_DRAIN)
        contact.cancel()
        await asyncio.wait({contact})
        await self._on_disk(self._save_standings)
        await self._on_disk(self._journal.close)
        self._disk.shutdown()

    # -- what the link tells -----------------------------------------------------------------------------------

    def _introduce(self) -> dict[str, Any]:
        return {
            "formats": [FORMAT],
            "version": drifta.__version__,
            "name": self._name,
            "host": socket.gethostname(),
            "kinds": KINDS.names(),
            "journal": self._journal.identity,
            "sequence": self._journal.sequence,
            "started_at": self._started_at,
            "time": time.time_ns() // 1_000_000,
        }

    def _assigned(self, news: Assignments) -> None:
        self._assignments = merge(self._assignments, news)
        self._scheduler.assign(self._assignments)
        path, current = self._folder / "assignments.json", dict(self._assignments)
        self._disk.submit(_quietly, lambda: save_assignments(path, news.revision, current))

    def _cut_off(self, cut_off: bool) -> None:
        self._scheduler.cut_off = cut_off

    async def _on_disk(self, work: Callable[[], Any]) -> Any:
        """Run ``work`` in the one thread that touches the disk."""
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)

    # -- results to disk ---------------------------------------------------------------------------------------

    async def _write_always(self) -> None:
        jumps = ClockWatch()
        self._hurry.set()  # the first report tells the server at once that this probe works
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), _WRITE_EVERY)
                await asyncio.sleep(_GATHER)
            jumps.look()
            await self._write()
            if self._scheduler.dirty and time.monotonic() - self._saved > _STANDINGS_EVERY:
                await self._on_disk(self._save_standings)

    async def _write(self) -> None:
        """Write what was found since last time, with a report about the probe if one is due."""
        self._hurry.clear()
        report = self._report()
        if len(self._scheduler.batch) or report is not None:
            self._unwritten.append((self._scheduler.take_batch(), report))
        try:
            while self._unwritten:
                await self._on_disk(partial(self._append, *self._unwritten[0]))
                self._unwritten.popleft()
                self._link.wake()
        except Full as error:
            self._keep(error)
            return
        if self._full:
            self._full = False
            log.info("Results are written to disk again.")

    def _append(self, batch: Batch, report: dict[str, Any] | None) -> None:
        identity = self._journal.identity
        self._journal.append(lambda sequence, created_at: batch.encode(identity, sequence, created_at, report))

    def _keep(self, error: Full) -> None:
        """Hold rows in memory while the disk is full, and say so once; beyond a limit the oldest go."""
        if not self._full:
            self._full = True
            log.error(
                "Results cannot be written to %s: %s. They are kept in memory; make room.",
                self._folder,
                error,
            )
        while sum(len(batch) for batch, _report in self._unwritten) > _UNWRITTEN:
            lost = len(self._unwritten.popleft()[0])
            log.error("%d results were lost: the disk is full, and so is the memory set aside.", lost)

    def _report(self) -> dict[str, Any] | None:
        """Return the protocol's ``probe`` map (§4.6) when it is due."""
        now = time.monotonic()
        if now - self._reported < _REPORT_EVERY:
            return None
        self._reported = now
        statistics = self._scheduler.take_statistics()
        lateness = sorted(statistics.lateness)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "checks": self._scheduler.checks,
            "runs": statistics.runs,
            "skipped": statistics.skipped,
            "lateness_p50": percentile(lateness, 0.5),
            "lateness_p99": percentile(lateness, 0.99),
            "lateness_max": percentile(lateness, 1.0),
            "in_flight": self._scheduler.in_flight,
            "backlog": self._journal.backlog,
            "backlog_bytes": self._journal.backlog_bytes,
            "dropped": self._journal.dropped,
            "cpu": usage.ru_utime + usage.ru_stime,
            "memory": _resident_memory(),
        }

    # -- what survives a restart -------------------------------------------------------------------------------

    def _restore(self) -> None:
        self._scheduler.restore(load_standings(self._folder / "states.json"))
        known = load_assignments(self._folder / "assignments.json")
        if known is not None:
            self._assignments = merge({}, known)
            self._scheduler.assign(self._assignments)
            log.info("Going on with %d checks known from before.", len(self._assignments))

    def _save_standings(self) -> None:
        self._saved = time.monotonic()
        self._scheduler.dirty = False
        _quietly(lambda: save_standings(self._folder / "states.json", self._scheduler.standings()))


class ClockWatch:
    """Notices that the wall clock was set, or that the machine slept. The schedule does not mind either."""

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()

    def look(self) -> None:
        """Say it if wall clock and monotonic clock moved apart since last time."""
        ahead = time.time() - time.monotonic()
        moved, self._ahead = ahead - self._ahead, ahead
        if abs(moved) > _JUMP:
            log.warning("The clock jumped by %.0f s (it was set, or the machine slept). The schedule goes on.", moved)


async def run(options: Options) -> None:
    """Run a probe until SIGTERM or SIGINT; raises CannotStart."""
    server = _server(options)
    KINDS.load()
    for name, problem in KINDS.broken.items():
        log.error("The check %s cannot be loaded: %s", name, problem)
    lock = _lock(options.data)
    try:
        probe = Probe(options, server, _journal(options))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, probe.stop)
        log.info("The probe has started; data in %s.", options.data)
        await probe.run()
        log.info("The probe has stopped.")
    finally:
        os.close(lock)


def _server(options: Options) -> Server:
    try:
        address = parse_address(options.server)
    except ValueError as error:
        reason = translate(str(error))
        raise CannotStart(_("--server %(server)s: %(reason)s"), server=options.server, reason=reason) from None
    if not address.secure and not (address.host in _LOOPBACK or address.host.startswith("127.")):
        raise CannotStart(
            _("--server %(server)s: the key and the checks' secrets would travel in clear; use https://."),
            server=options.server,
        )
    for file in (options.key_file, options.ca_file):
        if file is not None and not file.is_file():
            raise CannotStart(_("%(file)s does not exist. Download the key on the page of the probe."), file=file)
    return Server(address, options.key_file, options.ca_file)


def _journal(options: Options) -> Journal:
    try:
        return Journal(options.data, options.buffer_size)
    except OSError as error:
        text = _("The buffer in %(directory)s cannot be opened: %(reason)s.")
        raise CannotStart(text, directory=options.data, reason=error.strerror) from None


def _lock(folder: Path) -> int:
    """Make the data directory and hold it for this process alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        text = _("The data directory %(directory)s cannot be used: %(reason)s.")
        raise CannotStart(text, directory=folder, reason=error.strerror) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        text = _("Another probe runs on %(directory)s. Stop it, or give this one its own --data.")
        raise CannotStart(text, directory=folder) from None
    return descriptor


def _most_in_flight() -> int:
    """Raise the limit of open files as far as allowed; return how many runs may go on at once."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else hard
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(16, min(20_000, allowed - 128))


def _resident_memory() -> int:
    """Return the resident memory in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _quietly(work: Callable[[], None]) -> None:
    """Do what may fail on a full disk without harm beyond a slower restart."""
    try:
        work()
    except OSError as error:
        log.warning("The probe's notes could not be written: %s.", error.strerror)
