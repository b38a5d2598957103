"""What the operating system says about the machine the probe runs on.

Everything here may block: call it in a thread.
"""

import os
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_NOT_STORAGE = {"squashfs", "iso9660", "udf", "cramfs", "erofs"}
_SYSTEMD = Path("/run/systemd/system")


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted file system; percentages 0 to 100, ``inodes`` None where the file system has no fixed number."""

    used: float
    free_bytes: int
    inodes: float | None


@dataclass(frozen=True, slots=True)
class Traffic:
    """One network interface, per second since the last look."""

    received: float
    sent: float
    errors: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The machine now; percentages 0 to 100. ``cpu`` and ``traffic`` need a look before."""

    cpu: float | None
    load: float
    cores: int
    memory: float
    memory_free: int
    swap: float | None
    uptime: float
    disks: dict[str, Disk] = field(default_factory=dict)
    traffic: dict[str, Traffic] = field(default_factory=dict)


class Observer:
    """Looks at the machine; keeps the counters of the last look, to make rates of them."""

    def __init__(self) -> None:
        self._cpu: tuple[float, float] | None = None
        self._counters: dict[str, tuple[int, int, int]] = {}
        self._looked = 0.0

    def look(self, left_out: Collection[str] = ()) -> Snapshot:
        """Take a snapshot, without the mount points ``left_out``."""
        memory = psutil.virtual_memory()
        swap = psutil.swap_memory()
        return Snapshot(
            cpu=self._cpu_percent(),
            load=os.getloadavg()[1],
            cores=os.cpu_count() or 1,
            memory=100.0 * (memory.total - memory.available) / memory.total,
            memory_free=memory.available,
            swap=100.0 * swap.used / swap.total if swap.total else None,
            uptime=time.time() - psutil.boot_time(),
            disks=_disks(left_out),
            traffic=self._traffic(),
        )

    def _cpu_percent(self) -> float | None:
        times = psutil.cpu_times()
        idle = float(times.idle) + getattr(times, "iowait", 0.0)
        total = float(sum(times)) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        before, self._cpu = self._cpu, (idle, total)
        if before is None or total <= before[1]:
            return None
        return min(100.0, max(0.0, 100.0 * (1 - (idle - before[0]) / (total - before[1]))))

    def _traffic(self) -> dict[str, Traffic]:
        now = time.monotonic()
        seconds, self._looked = now - self._looked, now
        before, self._counters = self._counters, _counters()
        return {
            name: Traffic(*(max(0, new - old) / seconds for new, old in zip(counters, before[name], strict=True)))
            for name, counters in self._counters.items()
            if name in before
        }


def _counters() -> dict[str, tuple[int, int, int]]:
    """Return bytes received, bytes sent and errors per interface that is up; loopback left out."""
    counters = psutil.net_io_counters(pernic=True)
    states = psutil.net_if_stats()
    return {
        name: (one.bytes_recv, one.bytes_sent, one.errin + one.errout)
        for name, one in counters.items()
        if name != "lo" and name in states and states[name].isup
    }


def _disks(left_out: Collection[str]) -> dict[str, Disk]:
    """Return the disks by mount point; one that is mounted several times stands once."""
    mounts = {one.mountpoint: one for one in psutil.disk_partitions() if one.fstype not in _NOT_STORAGE}
    found: dict[str, Disk] = {}
    seen: set[tuple[int, int]] = set()
    for mount in sorted({"/", *mounts}, key=lambda path: (len(path), path)):
        if mount in left_out:
            continue
        with suppress(OSError):
            values = os.statvfs(mount)
            identity = (Path(mount).stat().st_dev, values.f_blocks)
            if values.f_blocks and identity not in seen and Path(mount).is_dir():
                seen.add(identity)
                found[mount] = _disk(values)
    return found


def _disk(values: os.statvfs_result) -> Disk:
    """Percent used as df(1) counts it: of what ordinary users may use."""
    used = values.f_blocks - values.f_bfree
    usable = used + values.f_bavail
    inodes = 100.0 * (values.f_files - values.f_ffree) / values.f_files if values.f_files else None
    return Disk(100.0 * used / usable if usable else 100.0, values.f_bavail * values.f_frsize, inodes)


def has_systemd() -> bool:
    """Tell whether systemd runs this machine."""
    return _SYSTEMD.is_dir()
