"""The data directory: made, locked for one Drifta at a time, and refused when a newer Drifta has written it.

Layout: ``lock``, ``version``, key files, ``postgres/`` (or ``postgres.location``), ``files/``, ``probe/``,
``log/``.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import drifta
from drifta.site.commands.words import Trouble, say
from drifta.words import gettext_noop as _

PRIVATE = ("files", "keys", "log", "probe")
"""Directories for the owner alone; the data directory itself must let PostgreSQL's user through."""
PASSING = "command"
"""What stands in the lock file behind the process id of a command."""
GRACE = 20.0
"""Seconds to wait for the last processes of a killed predecessor, which hold its lock to their end."""


def prepare(data: Path) -> None:
    """Make ``data`` if it is missing, and see that this Drifta may use it.

    Raises ``Trouble`` when it cannot be written, or when a newer version has written it.
    """
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o711)
        with (data / "lock").open("ab"):
            pass
    except OSError as error:
        raise Trouble(
            _("%(directory)s cannot be written (%(reason)s). Give it to this user, or choose another with --data."),
            directory=data,
            reason=error.strerror,
        ) from error
    _check_version(data)
    for name in PRIVATE:
        (data / name).mkdir(mode=0o700, exist_ok=True)


def _check_version(data: Path) -> None:
    path = data / "version"
    found = path.read_text(encoding="utf-8").strip() if path.exists() else drifta.__version__
    if version_key(found) > version_key(drifta.__version__):
        raise Trouble(
            _("%(directory)s was written by Drifta %(found)s, and this is %(ours)s. Install %(found)s or newer."),
            directory=data,
            found=found,
            ours=drifta.__version__,
        )


def version_key(text: str) -> tuple[int, ...]:
    """The numbers of a version such as ``1.10.2``, for comparison."""
    return tuple(int(number) for number in re.findall(r"\d+", text))


def write_version(data: Path) -> None:
    """Note that this Drifta has brought ``data`` to its own version."""
    (data / "version").write_text(f"{drifta.__version__}\n", encoding="utf-8")


@dataclass(frozen=True)
class Holder:
    """The process that holds a data directory; ``passing`` when it is a command, which is done with it soon."""

    pid: int
    passing: bool

    @property
    def is_alive(self) -> bool:
        """Whether the process exists."""
        return self.pid > 0 and Path(f"/proc/{self.pid}").exists()


def running(data: Path) -> int | None:
    """Process id of the Drifta that is up on ``data`` at this moment, or ``None``."""
    try:
        with (data / "lock").open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        holder = _holder(data)
        return None if holder.passing else holder.pid
    return None


def _holder(data: Path) -> Holder:
    words = (data / "lock").read_text(encoding="ascii").split()
    return Holder(int(words[0]) if words and words[0].isdigit() else 0, words[1:] == [PASSING])


@contextlib.contextmanager
def locked(data: Path, *, passing: bool = False) -> Iterator[None]:
    """Hold ``data`` for this process and its children; a command does so in ``passing``, and is waited for.

    Raises ``Trouble`` naming another Drifta that is up on it.
    """
    with (data / "lock").open("r+b") as file:
        _take(file.fileno(), data)
        file.truncate(0)
        file.write(f"{os.getpid()} {PASSING if passing else ''}\n".encode())
        file.flush()
        yield


def _take(handle: int, data: Path) -> None:
    deadline = time.monotonic() + GRACE
    awaited = None
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        holder = _holder(data)
        if holder.passing and holder.is_alive:
            if holder != awaited:
                say(_("Waiting for another drifta command (process %(pid)s) to be done."), pid=holder.pid)
            awaited, deadline = holder, time.monotonic() + GRACE
        elif holder.is_alive or time.monotonic() > deadline:
            raise Trouble(
                _("Drifta already runs on %(directory)s (process %(pid)s). Stop it, or choose another with --data."),
                directory=data,
                pid=holder.pid,
            )
        time.sleep(0.05)
