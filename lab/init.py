"""Process 1 of a machine: builds its root, and starts its services or systemd. Run by ``lab.machines`` only.

    python -S -m lab.init LAB MACHINE < specification

The specification is one JSON object, see ``Specification``. Everything a machine has (processes, mounts, network
interfaces, files) belongs to namespaces that end with this process: kill it, and nothing is left.

Where systemd is wanted, it runs in systemd-nspawn below this process (``lab.nspawn``) and looks after the services.
Elsewhere this process does, and answers on the socket ``CONTROL``, one JSON object a line each way:

    {"do": "start", "service": {...}}                 → {"pid": 12}
    {"do": "signal", "name": "nginx", "signal": 15}   → {}
    {"do": "status"}                                  → {"nginx": {"pid": 12, "exit": null, "starts": 1}}

A service whose ``restart`` is true is started again when it ends by itself, at most ``MOST_STARTS`` times.
Only the standard library is used, because the interpreter runs without its site packages.
"""

from __future__ import annotations

import contextlib
import grp
import json
import os
import pwd
import selectors
import signal
import socket
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

from lab import control_groups, namespaces, nspawn

CONTROL = Path("/run/lab/control")
LOGS = Path("/var/log/lab")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun", "fuse")
MOST_STARTS = 100


class Specification(TypedDict):
    """What ``lab.machines`` asks for."""

    place: str
    """An empty directory of the surrounding machine to build the root in; shared by all machines."""
    size: int
    """Bytes that the machine may write, kept in memory."""
    keep: list[str]
    """Directories of the surrounding machine that stay visible, although /tmp and /run are the machine's own."""
    disks: dict[str, str]
    """File systems of their own: where, and options of tmpfs such as ``size=64m,nr_inodes=1000``."""
    systemd: bool
    """Whether systemd looks after the services."""
    lifeline: int
    """A pipe: when its other end closes, the machine ends; a byte on it lets go, and the machine lives on its own."""


@dataclass
class Running:
    """A service: what was asked for, its process, and how it ended (exit status, or minus the signal)."""

    wish: dict[str, Any]
    pid: int = 0
    exit: int | None = None
    starts: int = 0
    stopping: bool = False


@dataclass
class Supervisor:
    """The services of this machine, by name."""

    services: dict[str, Running] = field(default_factory=dict)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what one request asks for."""
        match request["do"]:
            case "start":
                return {"pid": self.start(request["service"])}
            case "signal":
                return self.signal(request["name"], request["signal"])
            case _:
                return {
                    name: {"pid": one.pid, "exit": one.exit, "starts": one.starts}
                    for name, one in self.services.items()
                }

    def start(self, wish: dict[str, Any]) -> int:
        """Start a service, unless it runs already."""
        known = self.services.get(wish["name"])
        if known and known.pid:
            return known.pid
        service = self.services[wish["name"]] = Running(wish)
        return self.spawn(service)

    def spawn(self, service: Running) -> int:
        """Fork and become the program of ``service``."""
        service.starts += 1
        service.exit = None
        service.pid = os.fork()
        if service.pid == 0:
            become(service.wish)
        return service.pid

    def signal(self, name: str, number: int) -> dict[str, Any]:
        """Send a signal to all processes of a service; it will not be started again."""
        service = self.services.get(name)
        if service and service.pid:
            service.stopping = True
            with contextlib.suppress(ProcessLookupError):
                os.killpg(service.pid, number)
        return {}

    def ended(self, pid: int, status: int) -> None:
        """Note the end of a process, and start its service again where that is wanted."""
        for service in self.services.values():
            if service.pid == pid:
                service.pid, service.exit = 0, status
                if service.wish["restart"] and not service.stopping and service.starts < MOST_STARTS:
                    self.spawn(service)


def become(wish: dict[str, Any]) -> None:
    """Turn this forked process into the program that is wanted; never returns."""
    try:
        os.setsid()
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        log = os.open(LOGS / f"{wish['name']}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open("/dev/null", os.O_RDONLY)
        for target, source in ((0, nothing), (1, log), (2, log)):
            os.dup2(source, target)
        os.chdir(wish["directory"])
        use_account(wish["user"])
        os.execvpe(wish["command"][0], wish["command"], wish["environment"])  # noqa: S606 - a fixed list
    except BaseException as error:
        os.write(2, f"cannot start {wish['command']}: {error}\n".encode())
    finally:
        os._exit(127)


def use_account(name: str) -> None:
    """Become the account ``name`` with all its groups."""
    account = pwd.getpwnam(name)
    os.setgroups([account.pw_gid, *(group.gr_gid for group in grp.getgrall() if name in group.gr_mem)])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def build(wanted: Specification) -> Path:
    """Lay a writable layer in memory over the surrounding machine's files, and return the new root."""
    place = Path(wanted["place"])
    namespaces.mount("none", Path("/"), flags=namespaces.RECURSIVE | namespaces.PRIVATE)
    namespaces.mount("lab", place, "tmpfs", options=f"size={wanted['size']},mode=755")
    upper, work, root = (place / name for name in ("upper", "work", "root"))
    for folder in (upper, work, root):
        folder.mkdir()
    namespaces.mount("lab", root, "overlay", options=f"lowerdir=/,upperdir={upper},workdir={work}")
    for name, mode in (("run", "755"), ("tmp", "1777"), ("var/log", "755"), ("var/tmp", "1777")):
        namespaces.mount("lab", root / name, "tmpfs", options=f"mode={mode}")
    for kept in wanted["keep"]:
        target = root / kept.lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        namespaces.mount(kept, target, flags=namespaces.BIND)
    for where, options in wanted["disks"].items():
        target = root / where.lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        namespaces.mount("lab-disk", target, "tmpfs", options=options)
    for made in ("run/lab", "run/lock", "var/log/lab", "run/sshd"):
        (root / made).mkdir(parents=True)
    (root / "var/log/lab").chmod(0o1777)
    return root


def furnish(root: Path) -> None:
    """Mount the kernel's own file systems, and make the devices that programs expect."""
    namespaces.mount("proc", root / "proc", "proc")
    namespaces.mount("sysfs", root / "sys", "sysfs")
    dev = root / "dev"
    namespaces.mount("lab", dev, "tmpfs", options="mode=755")
    for name in DEVICES:
        add_device(Path("/dev") / name, dev / name)
    for name, kind, options in (("pts", "devpts", "newinstance,ptmxmode=0666,mode=620,gid=5"), ("shm", "tmpfs", "")):
        (dev / name).mkdir()
        namespaces.mount("lab", dev / name, kind, options=options)
    (dev / "ptmx").symlink_to("pts/ptmx")
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        (dev / name).symlink_to(target)


def add_device(original: Path, copy: Path) -> None:
    """Make the device ``copy`` like ``original``, if there is one."""
    if original.exists():
        copy.parent.mkdir(exist_ok=True)
        os.mknod(copy, stat.S_IFCHR | 0o666, original.stat().st_rdev)
        copy.chmod(0o666)


def name_machine(root: Path, name: str) -> None:
    """Set the host name, in the kernel and in the files that programs read."""
    socket.sethostname(name)
    (root / "etc/hostname").write_text(f"{name}\n", encoding="ascii")
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost\n127.0.1.1 {name}\n", encoding="ascii")
    resolver = root / "etc/resolv.conf"
    resolver.unlink(missing_ok=True)
    resolver.write_text("# no name server\n", encoding="ascii")


def serve(lifeline: int) -> None:
    """Look after the services, and answer requests about them."""
    supervisor = Supervisor()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(CONTROL))
    listener.listen(64)
    say_ready()
    watch(lifeline, listener, lambda: attend(listener, supervisor), supervisor.ended)


def host_systemd(lifeline: int, place: Path, name: str) -> None:
    """Let systemd look after the services; end when it does."""
    process, notified = nspawn.start(place, name)

    def listen() -> None:
        if b"READY=1" in notified.recv(4096).split():
            say_ready()

    def ended(pid: int, status: int) -> None:
        if pid == process.pid:
            os.write(2, f"{nspawn.PROGRAM} ended ({status}): {nspawn.last_words()}\n".encode())
            os._exit(1)

    watch(lifeline, notified, listen, ended)


def watch(lifeline: int, source: socket.socket, act: Callable[[], None], ended: Callable[[int, int], None]) -> None:
    """Call ``act`` when something comes from ``source`` and ``ended`` for dead children, till the lifeline is cut."""
    wake_up, notify = socket.socketpair()
    notify.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(notify.fileno(), warn_on_full_buffer=False)
    waiting = selectors.DefaultSelector()
    tasks: dict[Any, Callable[[], None]] = {
        source: act,
        wake_up: lambda: reap(wake_up, ended),
        lifeline: lambda: let_go(lifeline, waiting),
    }
    for one in tasks:
        waiting.register(one, selectors.EVENT_READ)
    notify.send(b".")  # for children that have ended before anybody watched
    while True:
        for key, _ in waiting.select():
            tasks[key.fileobj]()


def reap(wake_up: socket.socket, ended: Callable[[int, int], None]) -> None:
    """Collect every process that has ended, adopted ones too, after ``wake_up`` told of some."""
    wake_up.recv(4096)
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            ended(pid, os.waitstatus_to_exitcode(status))


def let_go(lifeline: int, waiting: selectors.BaseSelector) -> None:
    """Live on without the lifeline if the starter said so; else it was cut, and this is the end."""
    if not os.read(lifeline, 1):
        os._exit(0)
    waiting.unregister(lifeline)


def say_ready() -> None:
    """Close the pipe on which ``lab.machines`` waits, and keep nothing of the starter open."""
    os.write(1, b"ready\n")
    nothing = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)


def attend(listener: socket.socket, supervisor: Supervisor) -> None:
    """Answer one request; a broken one is answered with its error."""
    connection, _ = listener.accept()
    with connection, contextlib.suppress(OSError):
        connection.settimeout(5)
        line = connection.makefile("rb").readline()
        try:
            reply = supervisor.answer(json.loads(line))
        except Exception as error:
            reply = {"error": str(error)}
        connection.sendall(json.dumps(reply).encode() + b"\n")


def main(lab: str, name: str) -> None:
    """Enter new namespaces, and go on as process 1 in a child; print its number to the starter."""
    wanted: Specification = json.load(sys.stdin)
    if wanted["systemd"]:
        control_groups.join(lab, name)
        namespaces.unshare(namespaces.NEW_CONTROL_GROUPS)
    namespaces.unshare(
        namespaces.NEW_MOUNT + namespaces.NEW_UTS + namespaces.NEW_IPC + namespaces.NEW_PID + namespaces.NEW_NETWORK
    )
    os.setsid()
    child = os.fork()
    if child:
        os.write(1, f"{child}\n".encode())
        os._exit(0)
    root = build(wanted)
    name_machine(root, name)
    if wanted["systemd"]:
        nspawn.furnish(root)
        host_systemd(wanted["lifeline"], Path(wanted["place"]), name)
    else:
        furnish(root)
        namespaces.change_root(root)
        serve(wanted["lifeline"])


if __name__ == "__main__":
    main(*sys.argv[1:3])
