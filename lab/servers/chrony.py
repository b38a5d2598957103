"""chrony: serves time (NTP, RFC 5905) without touching this system's clock."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.processes import LabError, Service
from lab.servers import Server

CONFIGURATION = """
local stratum {stratum}
allow 0.0.0.0/0
bindcmdaddress /run/chrony/chronyd.sock
driftfile /run/chrony/drift
"""
QUESTION = b"\x1b" + bytes(47)
"""A client's question, version 3."""


@dataclass(frozen=True)
class Chrony(Server):
    """The clock of the office."""

    kind: ClassVar[str] = "chrony"
    packages: ClassVar[tuple[str, ...]] = ("chrony",)
    programs: ClassVar[tuple[str, ...]] = ("chronyd",)

    stratum: int = 8

    def prepare(self, machine: Machine) -> None:
        """Write the configuration."""
        machine.directory("/run/chrony", owner="_chrony", mode=0o700)
        machine.write("/etc/chrony/chrony.conf", CONFIGURATION.format(stratum=self.stratum))

    def services(self, machine: Machine) -> list[Service]:
        """``-x`` keeps its hands off the clock, ``-d`` keeps it in the foreground."""
        return [Service("chronyd", ("chronyd", "-x", "-d", "-f", "/etc/chrony/chrony.conf"))]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Ask for the time; a server that does not know it says stratum 0 or 16."""
        with client.network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as question:
            question.settimeout(1)
            question.sendto(QUESTION, (machine.address, 123))
            stratum = question.recv(512)[1]
        if stratum != self.stratum:
            raise LabError(f"The time server says stratum {stratum}")
