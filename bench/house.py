"""Houses for benchmarks: a database of their own, or a whole running Drifta, and what its processes have used."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from drifta.site.commands.environment import django_on
from drifta.site.commands.options import Options
from tests.walk.processes import House


@contextmanager
def own_database() -> Iterator[None]:
    """Django on an embedded, migrated database that is thrown away afterwards, whatever the environment names."""
    with tempfile.TemporaryDirectory(prefix="drifta-bench-") as place:
        Path(place).chmod(0o711)
        with django_on(Options(data=Path(place))):
            yield


def cpu_seconds(house: House) -> dict[str, float]:
    """Return the CPU seconds of every process of a running Drifta by name, with those of its ended children."""
    database = next(child for child in house.parent.children() if child.name() == "postgres")
    processes = {"supervisor": [house.parent], "postgresql": [database, *database.children(recursive=True)]}
    processes |= {name: [one, *one.children(recursive=True)] for name, one in house.processes.items()}
    found = {name: sum(map(_own_seconds, family)) for name, family in processes.items()}
    found["postgresql"] += _ended_seconds(database)
    return found


def _own_seconds(process: psutil.Process) -> float:
    """Return what a process has used; one that has just ended is among its parent's ended children."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _ended_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.children_user + times.children_system)


def load_average() -> float:
    """Return how many processes wanted a processor during the last minute."""
    return round(os.getloadavg()[0], 1)
