"""The machine that the probe runs on: processor, memory, disks, network, services, clock."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from drifta.probe.check import (
    SEVERITY,
    Check,
    CheckSettings,
    Metric,
    Metrics,
    Parameter,
    Result,
    State,
    worst,
)
from drifta.probe.machine import Observer, Snapshot, has_systemd
from drifta.probe.names import Unresolved, names
from drifta.probe.registry import KINDS
from drifta.probe.sntp import NoTime, clock_offset
from drifta.probe.thresholds import above, check_order
from drifta.words import gettext_noop as _

_NTP_TIMEOUT = 2.0


def _percent(default: float | None, title: str, description: str) -> Any:
    return Field(default, gt=0, le=100, title=title, description=description)


class HostSettings(CheckSettings):
    """Which values count as a warning and as bad."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"disk_warning": 80, "ntp_server": ""}]})

    cpu_warning: float | None = _percent(
        None,
        _("Processor for a warning, %"),
        _("Share of time that the processor is busy. Empty: being busy is no fault."),
    )
    cpu_bad: float | None = _percent(
        None, _("Processor for bad, %"), _("Share of time that the processor is busy. Empty: being busy is no fault.")
    )
    load_warning: float = Field(
        2.0, gt=0, title=_("Load per core for a warning"), description=_("Average of five minutes.")
    )
    load_bad: float = Field(5.0, gt=0, title=_("Load per core for bad"), description=_("Average of five minutes."))
    memory_warning: float = _percent(90, _("Memory for a warning, %"), _("Share of memory in use."))
    memory_bad: float = _percent(97, _("Memory for bad, %"), _("Share of memory in use."))
    swap_warning: float = _percent(60, _("Swap for a warning, %"), _("Share of swap space in use."))
    swap_bad: float = _percent(90, _("Swap for bad, %"), _("Share of swap space in use."))
    disk_warning: float = _percent(85, _("Disk for a warning, %"), _("Share in use, of space or of inodes."))
    disk_bad: float = _percent(95, _("Disk for bad, %"), _("Share in use, of space or of inodes."))
    disks_left_out: list[str] = Field(
        default_factory=list, max_length=100, title=_("Disks left out"), description=_("Mount points, one per line.")
    )
    services: bool = Field(
        True, title=_("Watch services"), description=_("Whether a failed systemd unit is a warning.")
    )
    services_left_out: list[str] = Field(
        default_factory=list,
        max_length=100,
        title=_("Services left out"),
        description=_("Units whose failure does not matter, one per line, such as apt-daily.service."),
    )
    ntp_server: str = Field(
        "",
        max_length=253,
        pattern=r"^[^\s/@]*$",
        title=_("Time server"),
        description=_("NTP server to compare the clock with. Empty: the clock is not checked."),
    )
    offset_warning: float = Field(
        1.0, gt=0, title=_("Clock for a warning, s"), description=_("Difference from the time server.")
    )
    offset_bad: float = Field(
        30.0, gt=0, title=_("Clock for bad, s"), description=_("Difference from the time server.")
    )

    @model_validator(mode="after")
    def _ordered(self) -> "HostSettings":
        for value in ("cpu", "load", "memory", "swap", "disk", "offset"):
            check_order(getattr(self, f"{value}_warning"), getattr(self, f"{value}_bad"))
        return self


@dataclass(frozen=True, slots=True)
class _Finding:
    """Something wrong: its state, text code and parameters."""

    state: State
    code: str
    params: dict[str, Parameter]


@KINDS.register
class Host(Check[HostSettings]):
    """The probe's own machine: one check, many values, the worst counts."""

    kind = "host"
    label = _("This machine")
    icon = "server"
    description = _("Processor, memory, disks, network, services and clock of the machine the probe runs on.")
    texts = {
        "host.good": _("All values are within their limits."),
        "host.cpu": _("The processor is busy: %(percent)s %%."),
        "host.load": _("The load is high: %(load)s on %(cores)s cores."),
        "host.memory": _("The memory is nearly used up: %(percent)s %%."),
        "host.swap": _("The swap space is nearly used up: %(percent)s %%."),
        "host.disk": _("The disk %(mountpoint)s is %(percent)s %% full."),
        "host.inodes": _("The disk %(mountpoint)s can hold hardly any more files: %(percent)s %% of inodes."),
        "host.services": _("Failed services: %(units)s."),
        "host.clock": _("The clock is wrong by %(seconds)s s."),
        "host.no_time": _("The time server %(server)s does not give the time: %(error)s."),
        "host.time_silent": _("The time server %(server)s does not answer."),
        "host.time_refused": _("No time service runs on the time server %(server)s: it refuses."),
        "host.time_unsynchronised": _("The time server %(server)s does not know the right time itself."),
        "host.time_unreadable": _("What the time server %(server)s answers is not the time."),
        "host.hangs": _("The machine does not tell its values in time; a disk may hang."),
    }
    metrics = (
        Metric("cpu.used_percent", "%", _("Processor")),
        Metric("load.per_core", "1", _("Load per core, five minutes")),
        Metric("memory.used_percent", "%", _("Memory in use")),
        Metric("memory.free", "B", _("Memory free")),
        Metric("swap.used_percent", "%", _("Swap in use")),
        Metric("disk.used_percent", "%", _("Disk in use"), "mountpoint"),
        Metric("disk.free", "B", _("Disk free"), "mountpoint"),
        Metric("disk.inodes_percent", "%", _("Inodes in use"), "mountpoint"),
        Metric("network.received", "B/s", _("Received"), "interface"),
        Metric("network.sent", "B/s", _("Sent"), "interface"),
        Metric("network.errors", "1/s", _("Network errors"), "interface"),
        Metric("services.failed", "1", _("Failed services")),
        Metric("clock.offset", "s", _("Clock difference")),
        Metric("uptime", "s", _("Time since start")),
    )
    Settings = HostSettings

    def __init__(self) -> None:
        self._observers: dict[str, Observer] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="host")
        self._looking: dict[str, asyncio.Future[Snapshot]] = {}

    async def run(self, settings: HostSettings, timeout: float) -> Result:
        """Look at the machine once."""
        try:
            async with asyncio.timeout(timeout):
                snapshot = await self._look(settings)
                units = await _failed_units(settings) if settings.services else None
        except TimeoutError:
            return Result(State.UNKNOWN, "host.hangs")
        findings, metrics = judge(settings, snapshot)
        _add_units(units, findings, metrics)
        if settings.ntp_server:
            await _add_clock(settings, min(_NTP_TIMEOUT, timeout / 2), findings, metrics)
        return _result(findings, metrics)

    def close(self) -> None:
        """Let the thread end; it may hang on a disk, so nobody waits for it."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _look(self, settings: HostSettings) -> Snapshot:
        """Look in the one thread; a look that hangs is waited for again instead of starting another."""
        key = settings.model_dump_json()
        looking = self._looking.get(key)
        if looking is None or looking.done():
            looking = self._looking[key] = asyncio.ensure_future(self._start_looking(key, settings))
        return await asyncio.shield(looking)

    async def _start_looking(self, key: str, settings: HostSettings) -> Snapshot:
        """Rates need two looks: the first run of a process tells none."""
        observer = self._observers.setdefault(key, Observer())
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, observer.look, settings.disks_left_out)


def judge(settings: HostSettings, seen: Snapshot) -> tuple[list[_Finding], Metrics]:
    """Return what is wrong in a snapshot, and its metrics."""
    findings: list[_Finding] = []
    per_core = seen.load / seen.cores
    metrics: Metrics = {"load.per_core": per_core, "memory.free": seen.memory_free, "uptime": seen.uptime}
    for name, value in (("cpu", seen.cpu), ("memory", seen.memory), ("swap", seen.swap)):
        if value is not None:
            metrics[f"{name}.used_percent"] = value
            state = above(value, getattr(settings, f"{name}_warning"), getattr(settings, f"{name}_bad"))
            _add(findings, state, f"host.{name}", {"percent": round(value)})
    load = above(per_core, settings.load_warning, settings.load_bad)
    _add(findings, load, "host.load", {"load": round(seen.load, 1), "cores": seen.cores})
    _judge_disks(settings, seen, findings, metrics)
    for interface, traffic in seen.traffic.items():
        metrics["network.received", interface] = traffic.received
        metrics["network.sent", interface] = traffic.sent
        metrics["network.errors", interface] = traffic.errors
    return findings, metrics


def _judge_disks(settings: HostSettings, seen: Snapshot, findings: list[_Finding], metrics: Metrics) -> None:
    for mount, disk in seen.disks.items():
        metrics["disk.used_percent", mount] = disk.used
        metrics["disk.free", mount] = disk.free_bytes
        state = above(disk.used, settings.disk_warning, settings.disk_bad)
        _add(findings, state, "host.disk", {"mountpoint": mount, "percent": round(disk.used, 1)})
        if disk.inodes is not None:
            metrics["disk.inodes_percent", mount] = disk.inodes
            state = above(disk.inodes, settings.disk_warning, settings.disk_bad)
            _add(findings, state, "host.inodes", {"mountpoint": mount, "percent": round(disk.inodes, 1)})


def _add(findings: list[_Finding], state: State, code: str, params: dict[str, Parameter]) -> None:
    if state is not State.GOOD:
        findings.append(_Finding(state, code, params))


async def _failed_units(settings: HostSettings) -> list[str] | None:
    """Ask systemd for failed units; None where systemd does not run."""
    if not has_systemd():
        return None
    process = await asyncio.create_subprocess_exec(
        *("systemctl", "list-units", "--state=failed", "--plain", "--no-legend", "--no-pager"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    units = [line.split()[0] for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return [unit for unit in units if unit not in settings.services_left_out]


def _add_units(units: list[str] | None, findings: list[_Finding], metrics: Metrics) -> None:
    if units is None:
        return
    metrics["services.failed"] = len(units)
    if units:
        _add(findings, State.WARNING, "host.services", {"units": ", ".join(units)[:300]})


async def _add_clock(settings: HostSettings, timeout: float, findings: list[_Finding], metrics: Metrics) -> None:
    try:
        address = await asyncio.wait_for(names().address(settings.ntp_server), timeout)
        offset = await clock_offset(address, timeout)
    except (NoTime, Unresolved, OSError) as error:
        params: dict[str, Parameter] = {"server": settings.ntp_server, "error": str(error)}
        _add(findings, State.WARNING, _why_no_time(error), params)
        return
    metrics["clock.offset"] = offset
    state = above(abs(offset), settings.offset_warning, settings.offset_bad)
    _add(findings, state, "host.clock", {"seconds": round(offset, 1)})


def _why_no_time(error: Exception) -> str:
    """The text code for a failed question for the time."""
    if isinstance(error, NoTime):
        return error.code
    return "host.time_silent" if isinstance(error, TimeoutError) else "host.no_time"


def _result(findings: list[_Finding], metrics: Metrics) -> Result:
    """The worst finding speaks; the parameter ``more`` says how many others there are."""
    if not findings:
        return Result(State.GOOD, "host.good", {}, metrics)
    state = worst([finding.state for finding in findings])
    first = max(findings, key=lambda finding: SEVERITY[finding.state])
    params = first.params | {"more": len(findings) - 1}
    return Result(state, first.code, params, metrics)
