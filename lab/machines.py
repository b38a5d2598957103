"""A machine of the lab: namespaces of its own around a writable layer over this system's files.

Every program of the surrounding Debian is there, at its usual place; nothing that happens inside can be seen outside.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

from lab import certificates, init, namespaces, processes
from lab.processes import LabError, Service, until
from lab.state import Lab

REPOSITORY = Path(__file__).resolve().parent.parent
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "PYTHONPATH": str(REPOSITORY)}
MEGABYTE = 1_000_000
#: The address of a machine without a cable.
NOWHERE = "127.0.0.1"

Finished = subprocess.CompletedProcess[str]


@dataclass
class Machine:
    """A machine that runs, with services that its process 1 looks after (see ``lab.init``)."""

    systemd: ClassVar[bool] = False
    """Whether systemd looks after its services."""

    name: str
    pid: int
    """Its process 1 as the surrounding system numbers it; whose namespaces are those of the machine."""
    home: Path
    """The directory of its lab, outside of all machines."""
    address: str = NOWHERE
    """Where others in the lab reach it."""
    lifeline: int = field(default=-1, repr=False)

    @classmethod
    def boot(cls, lab: Lab, name: str, *, size: int = 1000 * MEGABYTE, disks: dict[str, str] | None = None) -> Self:
        """Start a machine with nothing on it but the loopback interface; it ends with this process, or see ``let_go``.

        ``size`` is how many bytes it may write, ``disks`` are file systems of its own (see ``init.Specification``).
        """
        there, here = os.pipe()
        try:
            made = cls.found(name, cls._start(lab, name, size, disks or {}, there), lab.home)
        except BaseException:
            os.close(here)
            raise
        finally:
            os.close(there)
        made.lifeline = here
        namespaces.ip(made.pid, "link set lo up")
        certificates.trust(made)
        return made

    @classmethod
    def found(cls, name: str, init: int, home: Path, address: str = NOWHERE) -> Self:
        """The machine that ends with process ``init`` of the surrounding system."""
        return cls(name, init, home, address)

    @classmethod
    def _start(cls, lab: Lab, name: str, size: int, disks: dict[str, str], lifeline: int) -> int:
        """Start process 1 of a machine and wait until it is ready; returns its number."""
        wanted: init.Specification = {
            "place": str(lab.home / "root"),
            "size": size,
            "keep": sorted({str(REPOSITORY), sys.prefix, sys.base_prefix} - {"/usr"}),
            "disks": disks,
            "systemd": cls.systemd,
            "lifeline": lifeline,
        }
        command = [sys.executable, "-S", "-m", "lab.init", lab.id, name]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, pass_fds=[lifeline], env=ENVIRONMENT, text=True
        ) as starter:
            out, error = starter.communicate(json.dumps(wanted), 60)
        lines = out.split()
        if lines[1:] != ["ready"]:
            raise LabError(f"The machine {name} did not start: {error.strip() or 'it ended without a word'}")
        return int(lines[0])

    def let_go(self) -> None:
        """Let the machine live on when this process ends."""
        if self.lifeline >= 0:
            os.write(self.lifeline, b".")
            os.close(self.lifeline)
            self.lifeline = -1

    def end(self) -> None:
        """End the machine and everything on it, at once."""
        if self.lifeline >= 0:
            os.close(self.lifeline)
            self.lifeline = -1
        processes.kill([self.pid])

    # Commands and files

    def popen(self, *command: str, user: str = "root", **options: Any) -> subprocess.Popen[str]:
        """Start ``command`` on the machine and return at once; ``options`` are those of ``subprocess.Popen``."""
        as_user = [] if user == "root" else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        environment = {**ENVIRONMENT, **options.pop("env", {})}
        words = [*namespaces.entering(self.pid), "--", *as_user, *command]
        return subprocess.Popen(words, text=True, env=environment, **options)

    def run(
        self,
        *command: str,
        text: str = "",
        user: str = "root",
        check: bool = True,
        seconds: float = 180,
        **options: Any,
    ) -> Finished:
        """Run ``command`` on the machine with ``text`` as its input; raise ``LabError`` when it fails.

        With ``check=False`` the result is returned whatever it is.
        """
        pipe = subprocess.PIPE
        with self.popen(*command, user=user, stdin=pipe, stdout=pipe, stderr=pipe, **options) as process:
            return self._finish(process, command, text, check, seconds)

    def outside(
        self, *command: str, check: bool = True, seconds: float = 30, env: Mapping[str, str] | None = None
    ) -> Finished:
        """Run a program of the surrounding system, with its files, in the network of this machine; see ``run``.

        It ends with the machine.
        """
        words = [*namespaces.beside(self.pid), "--", *command]
        nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
        with subprocess.Popen(
            words, stdin=nothing, stdout=pipe, stderr=pipe, text=True, env={**ENVIRONMENT, **(env or {})}
        ) as process:
            return self._finish(process, command, None, check, seconds)

    def _finish(
        self, process: subprocess.Popen[str], command: Sequence[str], text: str | None, check: bool, seconds: float
    ) -> Finished:
        """Wait for a command, and stop it when it takes too long."""
        try:
            out, error = process.communicate(text, seconds)
        except subprocess.TimeoutExpired:
            out, error = self._stop_command(process)
            error += f"(stopped after {seconds:g} s)"
        if check and process.returncode:
            raise LabError(
                f"{self.name}: {shlex.join(command)} failed ({process.returncode}): {(error or out).strip()}"
            )
        return subprocess.CompletedProcess(command, process.returncode, out, error)

    def _stop_command(self, process: subprocess.Popen[str]) -> tuple[str, str]:
        """End what nsenter has started, or is about to start, and return what it has printed.

        Not nsenter itself: what it leaves behind would belong to the surrounding system.
        """
        while True:
            processes.kill(processes.descendants(process.pid))
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.communicate(timeout=processes.PAUSE)

    def shell(self, script: str, **options: Any) -> str:
        """Run a shell script on the machine, stopping at the first error, and return what it prints."""
        return self.run("sh", "-euc", script, **options).stdout

    def write(self, path: str, text: str, *, owner: str = "root", mode: int = 0o644) -> None:
        """Write a file on the machine; missing directories are made."""
        self.shell(
            f"mkdir -p {shlex.quote(os.path.dirname(path))}; f={shlex.quote(path)}; cat >$f;"  # noqa: PTH120 - not a path of this machine
            f" chmod {mode:o} $f; chown {owner}: $f",
            text=text,
        )

    def read(self, path: str) -> str:
        """Return the text of a file on the machine."""
        return self.run("cat", path).stdout

    def directory(self, *paths: str, owner: str = "root", mode: int = 0o755) -> None:
        """Make directories on the machine."""
        self.run("install", "-d", f"--owner={owner}", f"--group={self.group(owner)}", f"--mode={mode:o}", *paths)

    def group(self, owner: str) -> str:
        """The main group of an account of the machine."""
        return "root" if owner == "root" else self.run("id", "-gn", owner).stdout.strip()

    def account(self, *names: str) -> None:
        """Make system accounts for programs that bring none along; those that exist are left alone."""
        for name in names:
            self.shell(f"id {name} >/dev/null 2>&1 || useradd --system --user-group --no-create-home {name}")

    @contextlib.contextmanager
    def network(self) -> Iterator[None]:
        """Put the calling thread into the machine's network until the block ends (``namespaces.inside_network``)."""
        with namespaces.inside_network(self.pid):
            yield

    def plug(self, interface: str, address: str = "") -> None:
        """Switch an interface on, and give it an address such as ``10.20.0.5/24``; the first one is the machine's."""
        commands = [f"link set {interface} up"]
        if address:
            commands.insert(0, f"addr add {address} dev {interface}")
            if self.address == NOWHERE:
                self.address = address.partition("/")[0]
        namespaces.ip(self.pid, *commands)

    # Services

    def start(self, service: Service) -> None:
        """Start a service, unless it runs."""
        wish = {
            "name": service.name,
            "command": service.command,
            "user": service.user,
            "directory": service.directory,
            "environment": {**ENVIRONMENT, **service.environment},
            "restart": service.restart,
        }
        self._ask({"do": "start", "service": wish})

    def stop(self, service: Service, seconds: float = 10) -> None:
        """Stop a service if it runs, by force when it does not end within ``seconds``."""
        self._ask({"do": "signal", "name": service.name, "signal": service.stop_signal})
        with contextlib.suppress(LabError):
            until(lambda: not self.runs(service.name), seconds, f"the end of {service.name}")
        self._ask({"do": "signal", "name": service.name, "signal": signal.SIGKILL})
        until(lambda: not self.runs(service.name), 60, f"the end of {service.name}")

    def crash(self, name: str) -> None:
        """Kill a service as an error in it would."""
        if pid := self.services().get(name, {}).get("pid"):
            self.run("kill", "-KILL", str(pid), check=False)

    def runs(self, name: str) -> bool:
        """Whether a service of this name runs."""
        return bool(self.services().get(name, {}).get("pid"))

    def services(self) -> dict[str, dict[str, Any]]:
        """Every service ever started: its process, its exit status, and how often it was started."""
        return self._ask({"do": "status"})

    def log(self, name: str, lines: int = 20) -> str:
        """The last lines that a service has printed."""
        return self.run("tail", f"-n{lines}", f"{init.LOGS}/{name}.log", check=False).stdout.strip()

    def others(self) -> list[str]:
        """Command lines of all processes on the machine but its process 1 and this question."""
        listed = self.run("ps", "-e", "-o", "pid=,args=").stdout.splitlines()
        words = (line.split(maxsplit=1) for line in listed)
        return [line for pid, line in words if pid != "1" and not line.startswith("ps -e")]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Put a request to process 1."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(10)
            try:
                control.connect(f"/proc/{self.pid}/root{init.CONTROL}")
            except OSError as error:
                raise LabError(f"The machine {self.name} does not answer ({error}). Is it still up?") from error
            control.sendall(json.dumps(request).encode() + b"\n")
            reply: dict[str, Any] = json.loads(control.makefile("rb").readline())
        if "error" in reply:
            raise LabError(f"{self.name}: {request['do']}: {reply['error']}")
        return reply
