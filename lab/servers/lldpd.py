"""lldpd: tells neighbours on the cable who is there (IEEE 802.1AB)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.processes import LabError, Service
from lab.servers import Server


@dataclass(frozen=True)
class Lldpd(Server):
    """Announces its machine on every cable."""

    kind: ClassVar[str] = "lldpd"
    packages: ClassVar[tuple[str, ...]] = ("lldpd",)
    programs: ClassVar[tuple[str, ...]] = ("lldpd", "lldpcli")
    ready_within: ClassVar[float] = 3

    interval: int = 2
    """Seconds between two announcements."""

    def prepare(self, machine: Machine) -> None:
        """Make its directory."""
        machine.directory("/run/lldpd", owner="_lldpd")
        machine.write("/etc/lldpd.conf", f"configure lldp tx-interval {self.interval}\n")

    def services(self, machine: Machine) -> list[Service]:
        """``-d`` keeps it in the foreground."""
        return [Service("lldpd", ("lldpd", "-d"))]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Look what it tells about its own machine."""
        told = json.loads(machine.run("lldpcli", "-f", "json", "show", "chassis").stdout)
        if machine.name not in told["local-chassis"]["chassis"]:
            raise LabError(f"lldpd of {machine.name} tells {told}")


def neighbours(machine: Machine) -> set[str]:
    """Names of the machines at the other ends of this one's cables."""
    told = json.loads(machine.run("lldpcli", "-f", "json", "show", "neighbors").stdout)
    found = told["lldp"].get("interface", [])
    listed = found if isinstance(found, list) else [found]
    return {name for entry in listed for ports in entry.values() for name in ports.get("chassis", {})}
