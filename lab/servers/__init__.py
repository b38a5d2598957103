"""Every kind of server is one file here: a class derived from ``Server``, found by itself.

A server says what to write on a machine (``prepare``), which programs to run (``services``), what to do once they
run (``settle``), how a real client gets an answer (``ask``), and what others need to know (``facts``).
Starting, waiting and stopping follow from that. Settings are fields of the class with
defaults, so that ``Nginx()`` alone works.
"""

from __future__ import annotations

import importlib
import pkgutil
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.processes import Ended, LabError, Service, until

#: Seconds that a server may take on a machine that has other things to do; ``ready_within`` is for a quiet one.
PATIENCE = 300


@dataclass(frozen=True)
class Watch:
    """One thing about a server that a monitoring system should look at, in the words of Drifta's checks."""

    name: str
    """What it is called, after the name of the host: ``https``."""
    kind: str
    settings: Mapping[str, object]
    needs: tuple[str, ...] = ()
    """Names of what else on the same host it falls with: the first port of the same program, a database."""


def port_watch(name: str, address: str, port: int, expect: str = "", *, needs: tuple[str, ...] = ()) -> Watch:
    """Look whether a port takes connections, and greets with the text ``expect``."""
    return Watch(name, "tcp", {"host": address, "port": port, "expect": expect}, needs)


def certificate_watch(name: str, address: str, port: int, server_name: str) -> Watch:
    """Look at the certificate on a port, which must be for ``server_name``."""
    return Watch(name, "tls", {"host": address, "port": port, "server_name": server_name})


@dataclass(frozen=True)
class Server(ABC):
    """One kind of server. Stateless: everything it knows is in its settings and on the machine."""

    kind: ClassVar[str]
    """The name in the office, on the command line and of the pytest fixture."""
    packages: ClassVar[tuple[str, ...]] = ()
    """Debian packages it comes from; each is in ``lab/packages.txt``."""
    programs: ClassVar[tuple[str, ...]] = ()
    """Programs that must exist; where one is missing, tests are skipped and say so."""
    ready_within: ClassVar[float] = 2
    """Seconds from ``start`` to the first answer, alone on a quiet machine with two cores."""

    @abstractmethod
    def prepare(self, machine: Machine) -> None:
        """Write configuration and data; nothing runs yet."""

    @abstractmethod
    def services(self, machine: Machine) -> list[Service]:
        """The programs that make up the server, in the order in which they start."""

    @abstractmethod
    def ask(self, machine: Machine, client: Machine) -> None:
        """Ask the server on ``machine`` as a user's program on ``client`` would; any exception means no answer."""

    def settle(self, machine: Machine) -> None:  # noqa: B027 - most servers have nothing to settle
        """Do what can be done only while the programs run; repeated until it succeeds, so it must bear repetition."""

    def facts(self, machine: Machine) -> dict[str, str]:
        """What a test must know to use the server: addresses, names, passwords, files on the machine."""
        return {"address": machine.address}

    def watched(self, address: str) -> list[Watch]:
        """What to look at when the server runs at ``address``; nothing where no check speaks its protocol."""
        return []

    def start(self, machine: Machine, client: Machine | None = None) -> float:
        """Prepare, run, and wait until a real client has its answer; returns the seconds it took."""
        begun = time.monotonic()
        self.prepare(machine)
        self.run(machine, client)
        return time.monotonic() - begun

    def run(self, machine: Machine, client: Machine | None = None) -> None:
        """Start the programs as they are configured now, and wait for an answer."""
        for service in self.services(machine):
            machine.start(service)
        self.wait(machine, lambda: self.settle(machine), "settling")
        self.wait(machine, lambda: self.ask(machine, client or machine), "an answer")

    def wait(self, machine: Machine, attempt: Callable[[], None], what: str) -> None:
        """Repeat ``attempt`` until it raises nothing; gives up at once when a program has ended."""

        def condition() -> bool:
            self.check_alive(machine)
            attempt()
            return True

        until(condition, PATIENCE, f"{self.kind} on {machine.name}: {what}")

    def check_alive(self, machine: Machine) -> None:
        """Raise ``Ended``, with what it printed last, when one of the programs does not run any more."""
        states = machine.services()
        for service in self.services(machine):
            if not states.get(service.name, {}).get("pid") and not service.restart:
                raise Ended(f"{service.name} on {machine.name} ended. It said last:\n{machine.log(service.name)}")

    def stop(self, machine: Machine) -> None:
        """Stop the programs, last one first."""
        for service in reversed(self.services(machine)):
            machine.stop(service)

    @classmethod
    def missing(cls) -> str:
        """Which programs are missing here, as a sentence; empty when none is."""
        absent = [name for name in cls.programs if shutil.which(name, path=SEARCH) is None]
        return (
            f"{cls.kind} needs {', '.join(absent)} ({', '.join(cls.packages)}). Run: make packages" if absent else ""
        )


SEARCH = "/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/frr:/usr/lib/cups/daemon"


def kinds() -> dict[str, type[Server]]:
    """Every kind of server by its name; two of one name are refused."""
    found: dict[str, type[Server]] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, Server) and value.__module__ == module.name:
                if value.kind in found:
                    raise LabError(
                        f"Two servers are called {value.kind}: {found[value.kind]} and {value}. Rename one."
                    )
                found[value.kind] = value
    return found
