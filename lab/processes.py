"""Programs that run for long, waiting for conditions, and finding the lab's own processes again."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
PAUSE = 0.02


class LabError(Exception):
    """Something the lab cannot do: what happened, why, and the next step, in one text for people."""


class Ended(LabError):
    """A program has ended that should run; waiting on is no use."""


@dataclass(frozen=True)
class Service:
    """A program that runs in the foreground on a machine until it is stopped."""

    name: str
    command: tuple[str, ...]
    user: str = "root"
    directory: str = "/"
    environment: Mapping[str, str] = field(default_factory=dict)
    restart: bool = False
    """Start it again when it ends by itself."""
    stop_signal: int = signal.SIGTERM
    spares_sessions: bool = False
    """Stopping it leaves the sessions alone that it began."""


def until(condition: Callable[[], object], seconds: float, what: str, pause: float = PAUSE) -> float:
    """Wait until ``condition`` returns something true, and return the seconds it took; else raise ``LabError``.

    ``what`` completes the sentence "… did not happen". An exception of the last attempt is told as the reason.
    ``pause`` is how many seconds pass between attempts.
    """
    begun = time.monotonic()
    while True:
        reason = ""
        try:
            if condition():
                return time.monotonic() - begun
        except Ended:
            raise
        except Exception as error:  # whatever goes wrong while waiting is a reason to wait on
            reason = f": {type(error).__name__}: {error}"
        if time.monotonic() - begun > seconds:
            raise LabError(f"{what} did not happen within {seconds:g} s{reason}")
        time.sleep(pause)


def command_line(pid: int) -> list[str]:
    """The words with which process ``pid`` was started; empty when it is gone, dead or part of the kernel."""
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    return []


def everyone() -> Iterator[int]:
    """The number of every process that this process can see."""
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            yield int(entry.name)


def inits(lab: str | None = None) -> dict[int, tuple[str, str]]:
    """Process 1 of every machine of the lab ``lab`` (or of all labs): number → lab and machine.

    Found by their command lines, so that nothing can be overlooked, whatever was killed when.
    """
    found = {}
    for pid in everyone():
        match command_line(pid):
            case [_, "-S", "-m", "lab.init", owner, machine] if lab in (None, owner):
                found[pid] = (owner, machine)
    return found


def alive(pid: int) -> bool:
    """Whether process ``pid`` runs; one that has died and only waits to be reaped does not."""
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def kill(pids: list[int], seconds: float = 60) -> None:
    """End processes at once, and wait until they are gone."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(alive, pids)), seconds, "the end of killed processes")


def children(pid: int) -> list[int]:
    """Children of process ``pid``."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in (PROC / str(pid) / "task").iterdir():
            found += [int(word) for word in (task / "children").read_text().split()]
    return found


def descendants(pid: int) -> list[int]:
    """Children of process ``pid``, their children, and so on."""
    found = children(pid)
    return [*found, *(further for child in found for further in descendants(child))]
