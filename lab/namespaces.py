"""Linux namespaces, mounts and virtual cables: thin, typed wrappers around the kernel's calls and ``ip``.

Only the standard library is used: ``lab.init`` imports this file without a virtual environment.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

# namespaces(7), <linux/sched.h>
NEW_MOUNT = 0x00020000
NEW_CONTROL_GROUPS = 0x02000000
NEW_UTS = 0x04000000
NEW_IPC = 0x08000000
NEW_PID = 0x20000000
NEW_NETWORK = 0x40000000

# mount(2), <linux/mount.h>
BIND = 0x1000
MOVE = 0x2000
RECURSIVE = 0x4000
PRIVATE = 0x40000
DETACH = 0x2

_libc = ctypes.CDLL(None, use_errno=True)


class KernelRefused(OSError):
    """A call into the kernel failed; says which, and why."""


def _checked(result: int, what: str) -> None:
    if result == -1:
        number = ctypes.get_errno()
        raise KernelRefused(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Give the calling process namespaces of its own (``NEW_…`` added together); the PID one holds its children."""
    _checked(_libc.unshare(flags), "unshare")


def mount(source: str, target: Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount ``source`` at ``target`` as mount(2) does."""
    arguments = [source.encode(), str(target).encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()]
    _checked(_libc.mount(*arguments), f"mount {kind or 'bind'} {source} at {target}")


def unmount(target: Path) -> None:
    """Take away what is mounted at ``target``, also while it is in use."""
    _checked(_libc.umount2(str(target).encode(), DETACH), f"unmount {target}")


def change_root(new_root: Path) -> None:
    """Make ``new_root``, a mount point, the root of this mount namespace, and forget the old one (pivot_root(2))."""
    os.chdir(new_root)
    _checked(_libc.pivot_root(b".", b"."), f"change root to {new_root}")
    unmount(Path())
    os.chdir("/")


@contextlib.contextmanager
def inside_network(pid: int) -> Iterator[None]:
    """Put the calling *thread* into the network of process ``pid`` until the block ends.

    Sockets that are made in the block belong to that network for good; other threads notice nothing. Names are still
    looked up as on the surrounding machine, so use addresses.
    """
    with Path("/proc/thread-self/ns/net").open("rb") as here, Path(f"/proc/{pid}/ns/net").open("rb") as there:
        _checked(_libc.setns(there.fileno(), NEW_NETWORK), f"enter the network of process {pid}")
        try:
            yield
        finally:
            _checked(_libc.setns(here.fileno(), NEW_NETWORK), "return to the network of this machine")


def enter_processes(pid: int) -> None:
    """Let the children of this process be numbered among those of ``pid``: they end when its process 1 does."""
    with Path(f"/proc/{pid}/ns/pid").open("rb") as there:
        _checked(_libc.setns(there.fileno(), NEW_PID), f"enter the processes of process {pid}")


def entering(pid: int) -> list[str]:
    """What to put before a command so that it runs in all namespaces of process ``pid``."""
    return ["nsenter", f"--target={pid}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root", "--wd"]


def beside(pid: int) -> list[str]:
    """What to put before a command of this system so that it runs in the network of ``pid``, and ends with it."""
    return ["nsenter", f"--target={pid}", "--net", "--pid"]


def ip(pid: int, *commands: str) -> None:
    """Run ``ip`` commands (one string each, without the word ip) in the network of process ``pid``, all at once."""
    subprocess.run(
        ["nsenter", f"--target={pid}", "--net", "ip", "-batch", "-"],
        input="\n".join(commands) + "\n",
        check=True,
        text=True,
        capture_output=True,
    )


def join(one: int, name_at_one: str, other: int, name_at_other: str) -> None:
    """Lay a virtual cable between the networks of two processes; each end gets an interface of that name."""
    ip(one, f"link add {name_at_one} type veth peer name {name_at_other} netns {other}")
