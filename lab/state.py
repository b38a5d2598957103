"""Where a lab keeps what it must remember, and how everything of a lab is found and removed again.

A lab has an id and the directory ``/run/drifta-lab/ID``. Whoever builds it holds the lock in there. Everything else a
lab has lives in the namespaces of its machines and ends with their process 1; those are found by their command
lines, not by notes that a killed builder may have failed to write.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from lab import control_groups, processes
from lab.processes import LabError, until

HOME = Path("/run/drifta-lab")
#: Held by whoever claims, sweeps or takes down: a directory that is not locked yet looks like one that is forsaken.
GATE = Path("/run/drifta-lab.lock")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def why_not() -> str:
    """Why no lab can be built here; empty when one can."""
    if os.uname().sysname != "Linux":
        return "The lab is made of Linux namespaces, and this is not Linux."
    if os.geteuid() != 0:
        return (
            "The lab makes namespaces, mounts and network interfaces, and only root may. Run it as root or with sudo."
        )
    if missing := [name for name in ("nsenter", "ip", "setpriv") if shutil.which(name) is None]:
        return f"The lab needs {', '.join(missing)}. Run: make packages"
    return ""


@dataclass
class Lab:
    """One lab: its id, its directory, and the lock that its builder holds."""

    id: str
    lock: int

    @property
    def home(self) -> Path:
        """The directory of this lab."""
        return HOME / self.id

    @classmethod
    def claim(cls, name: str) -> Self:
        """Take the id ``name`` for a new lab; refuses one that is being built or whose machines still run."""
        if reason := why_not():
            raise LabError(reason)
        if not NAME.fullmatch(name):
            raise LabError(f"{name!r} cannot be the id of a lab. Use small letters, digits and hyphens, 40 at most.")
        sweep()
        with _alone():
            lock = _locked(name)
        if lock is None:
            raise LabError(f"The lab {name} is being built right now. Wait for it, or choose another id with --lab.")
        if processes.inits(name):
            os.close(lock)
            raise LabError(f"The lab {name} is up already. Take it down first, or choose another id with --lab.")
        (HOME / name / "root").mkdir(exist_ok=True)
        return cls(name, lock)

    def release(self) -> None:
        """Give up the lock; the machines go on."""
        with contextlib.suppress(OSError):
            os.close(self.lock)
        self.lock = -1


def note(name: str, **facts: Any) -> None:
    """Remember facts about lab ``name`` for later commands, beside those noted before."""
    partial = HOME / name / "facts.new"
    partial.write_text(json.dumps({**notes(name), **facts}), encoding="utf-8")
    partial.rename(HOME / name / "facts.json")


def notes(name: str) -> dict[str, Any]:
    """What the builder of lab ``name`` has noted."""
    with contextlib.suppress(FileNotFoundError):
        facts: dict[str, Any] = json.loads((HOME / name / "facts.json").read_text(encoding="utf-8"))
        return facts
    return {}


def labs() -> list[str]:
    """Ids of all labs that have a directory or a machine."""
    found = {owner for owner, _ in processes.inits().values()}
    with contextlib.suppress(FileNotFoundError):
        found |= {entry.name for entry in HOME.iterdir()}
    return sorted(found)


def remove(name: str) -> None:
    """End everything of lab ``name``: its machines and its directory. Nobody may be building it."""
    while found := list(processes.inits(name)):
        processes.kill(found)
    until(lambda: not control_groups.remove(name), 60, f"the end of the control groups of {name}")
    shutil.rmtree(HOME / name, ignore_errors=True)


def take_down(name: str) -> bool:
    """End lab ``name`` from outside, if it is there; refuses while its builder is at work, who would build on."""
    if name not in labs():
        return False
    with _alone():
        lock = _locked(name)
        if lock is None:
            builder = (HOME / name / "lock").read_text(encoding="ascii")
            raise LabError(f"Process {builder} holds the lab {name}. End that process, and the lab ends with it.")
        remove(name)
        os.close(lock)
    return True


def sweep() -> None:
    """Remove what killed builders have left: directories that nobody holds and in which no machine lives."""
    with _alone():
        for name in labs():
            if _is_forsaken(name):
                remove(name)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold up everybody else who claims, sweeps or takes down a lab."""
    gate = os.open(GATE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield
    finally:
        os.close(gate)


def _is_forsaken(name: str) -> bool:
    """Whether nobody holds a lab and no machine lives in it. Machines are looked for last: holders start them."""
    with contextlib.suppress(FileNotFoundError):
        lock = os.open(HOME / name / "lock", os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(lock)
    return not processes.inits(name)


def _locked(name: str) -> int | None:
    """Make the directory of a lab and lock it; ``None`` when somebody else holds it."""
    (HOME / name).mkdir(parents=True, exist_ok=True)
    lock = os.open(HOME / name / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock
