"""FRR: routes between the sites (BGP, RFC 4271)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.processes import LabError, Service
from lab.servers import Server

BINARIES = "/usr/lib/frr"
PLACE = ("-N", "lab")
CONFIGURATION = """
hostname {name}
router bgp {number}
 bgp router-id {identity}
 no bgp ebgp-requires-policy
 timers bgp 1 3
{neighbours} address-family ipv4 unicast
{networks} exit-address-family
"""


@dataclass(frozen=True)
class Frr(Server):
    """A router."""

    kind: ClassVar[str] = "frr"
    packages: ClassVar[tuple[str, ...]] = ("frr",)
    programs: ClassVar[tuple[str, ...]] = ("zebra", "bgpd", "vtysh")
    ready_within: ClassVar[float] = 5

    number: int = 65001
    """Its autonomous system."""
    networks: tuple[str, ...] = ()
    """What it announces."""
    neighbours: tuple[tuple[str, int], ...] = ()
    """Address and autonomous system of the routers it speaks to."""

    def prepare(self, machine: Machine) -> None:
        """Forward packets, and write the configuration."""
        machine.shell("echo 1 > /proc/sys/net/ipv4/ip_forward")
        machine.directory("/etc/frr/lab", "/run/frr", "/run/frr/lab", "/var/tmp/frr", owner="frr")
        lines = (
            f" neighbor {address} remote-as {other}\n neighbor {address} timers connect 1\n"
            for address, other in self.neighbours
        )
        text = CONFIGURATION.format(
            name=machine.name, number=self.number, identity=machine.address, neighbours="".join(lines),
            networks="".join(f"  network {one}\n" for one in self.networks),
        )  # fmt: skip
        machine.write("/etc/frr/lab/bgpd.conf", text, owner="frr")
        machine.write("/etc/frr/lab/zebra.conf", f"hostname {machine.name}\n", owner="frr")

    def services(self, machine: Machine) -> list[Service]:
        """The kernel's routes, then BGP."""
        return [
            Service(name, (f"{BINARIES}/{name}", *PLACE, "-f", f"/etc/frr/lab/{name}.conf"))
            for name in ("zebra", "bgpd")
        ]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Look whether it speaks with all its neighbours."""
        peers = summary(machine)
        for address, _ in self.neighbours:
            if (state := peers.get(address)) != "Established":
                raise LabError(f"{machine.name} and {address} are {state}")


def summary(machine: Machine) -> dict[str, str]:
    """State of the sessions of a router by neighbour, such as ``Established``."""
    answer = machine.run("vtysh", *PLACE, "-c", "show bgp ipv4 unicast summary json").stdout
    return {address: peer["state"] for address, peer in json.loads(answer).get("peers", {}).items()}
