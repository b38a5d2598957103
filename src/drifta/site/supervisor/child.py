"""What a child process does at its very start, so that it never outlives its parent.

Linux only: ``prctl(PR_SET_PDEATHSIG)`` asks the kernel for a signal at the death of the parent.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable

PR_SET_PDEATHSIG = 1
LAST_RESORT = 15.0
"""Seconds that an orphan gets for a clean stop before it is killed."""
OWN_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int, number: signal.Signals) -> None:
    """Ask the kernel to send ``number`` when the process ``parent`` ends; end at once if it already has."""
    _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def before_exec(number: signal.Signals) -> Callable[[], None]:
    """Return a ``preexec_fn``: die with the parent by ``number``, and start with no signal blocked."""
    parent = os.getpid()

    def prepare() -> None:
        die_with_parent(parent, number)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])

    return prepare


def become_child(parent: int, lifeline: int) -> None:
    """Turn a freshly forked process into a child of its own group, with default signals.

    ``lifeline`` is the read end of a pipe whose write end only the parent holds.
    """
    os.setpgid(0, 0)
    for number in OWN_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    die_with_parent(parent, signal.SIGTERM)
    threading.Thread(target=_end_with, args=(lifeline,), name="lifeline", daemon=True).start()


def _end_with(lifeline: int) -> None:
    """Wait for the parent's end, give the clean stop its time, then end this process group for certain."""
    os.read(lifeline, 1)
    time.sleep(LAST_RESORT)
    os.killpg(0, signal.SIGKILL)
