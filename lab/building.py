"""Builds an office from its description, and finds one again that stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

from lab import namespaces, processes, state
from lab.description import Host, Office, Site
from lab.machines import Machine
from lab.processes import LabError, Service, until
from lab.servers import Server
from lab.state import Lab

#: Hosts whose servers start at the same time.
HANDS = 4
BRIDGE = "eth0"
LLDP_GROUP = 16384
"""Bit of the bridge's group_fwd_mask that lets LLDP through to the machines."""

LEASE_SCRIPT = """#!/bin/sh
# Called by busybox udhcpc with what the DHCP server gave.
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip -4 addr flush dev "$interface"
ip addr add "$ip/${mask:-24}" dev "$interface"
ip route replace default via "$router"
{ echo "search $domain"; for one in $dns; do echo "nameserver $one"; done; } > /etc/resolv.conf
"""
LEASING = Service(
    "dhcp",
    ("busybox", "udhcpc", "-f", "-i", "eth0", "-t", "3", "-T", "1", "-A", "1", "-s", "/opt/lease"),
    restart=True,
)


@dataclass
class Premises:
    """An office that stands: its machines by name."""

    office: Office
    lab: str
    machines: dict[str, Machine] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Machine:
        """The machine of a host; raises ``LabError`` when it was left out or does not run."""
        if name not in self.machines:
            raise LabError(
                f"The host {name} is not up in the lab {self.lab}. Up are: {', '.join(self.machines) or 'none'}"
            )
        return self.machines[name]

    def server(self, host: str, kind: str) -> Server:
        """The server of one kind on a host."""
        for server in self.office.host(host).servers:
            if server.kind == kind:
                return server
        raise LabError(f"The host {host} has no {kind}.")

    @classmethod
    def find(cls, lab: str, office: Office) -> Self:
        """The premises of a lab that is up already."""
        inits = {machine: pid for pid, (_, machine) in processes.inits(lab).items()}
        if not inits:
            raise LabError(f"The lab {lab} is not up. Start it with: python -m lab up --lab {lab}")
        addresses = state.notes(lab).get("addresses", {})
        machines = {
            name: office.host(name).kind.found(name, inits[name], state.HOME / lab, address)
            for name, address in addresses.items()
            if name in inits
        }
        return cls(office, lab, machines)

    def end(self) -> None:
        """End all machines at once."""
        for machine in self.machines.values():
            machine.end()


def build(lab: Lab, office: Office, only: list[str], tell: Callable[[str], None] = lambda _: None) -> Premises:
    """Build the hosts that ``only`` names (sites or hosts; all when empty), and wait until everything answers.

    The machines end with this process unless each is let go.
    """
    chosen = office.chosen(only)
    premises = Premises(office, lab.id)
    begun = time.monotonic()
    with ThreadPoolExecutor(HANDS) as hands:
        places = [(site, host) for site, host in office.places() if host.name in chosen]
        machines = hands.map(lambda place: place[1].kind.boot(lab, place[1].name, disks=dict(place[1].disks)), places)
        premises.machines = {machine.name: machine for machine in machines}
        tell(f"{len(places)} machines after {time.monotonic() - begun:.1f} s")
        for site in office.sites:
            if site.switch.name in chosen:
                wire_site(premises, site)
        wire_links(premises)
        places.sort(key=lambda place: -slowness(place[1]))
        finish(hands.map(lambda place: furnish(premises, place[0], place[1], tell), places))
    state.note(lab.id, addresses={name: machine.address for name, machine in premises.machines.items()})
    return premises


def slowness(host: Host) -> float:
    """Seconds that the servers of a host take one after another; the slowest host should begin first."""
    return sum(server.ready_within for server in host.servers)


def finish(results: Iterable[None]) -> None:
    """Wait for all; the first error is raised."""
    for _ in results:
        pass


def wire_site(premises: Premises, site: Site) -> None:
    """Make the site's switch a bridge, and plug every host of it in."""
    switch = premises[site.switch.name]
    namespaces.ip(switch.pid, f"link add {BRIDGE} type bridge forward_delay 0")
    switch.plug(BRIDGE, f"{site.address(site.switch)}/24")
    switch.shell(f"echo {LLDP_GROUP} > /sys/class/net/{BRIDGE}/bridge/group_fwd_mask")
    for host in site.all():
        if host is not site.switch and host.name in premises.machines:
            plug_in(premises[host.name], switch, site, host)
    namespaces.ip(switch.pid, f"route add default via {site.address(site.router)}")


def plug_in(machine: Machine, switch: Machine, site: Site, host: Host) -> None:
    """Lay the cable between a host and its switch; the port is called as the host."""
    namespaces.join(machine.pid, "eth0", switch.pid, host.name)
    namespaces.ip(switch.pid, f"link set {host.name} master {BRIDGE}", f"link set {host.name} up")
    machine.plug("eth0", f"{site.address(host)}/24" if host.number else "")
    if host.number and host is not site.router:
        namespaces.ip(machine.pid, f"route add default via {site.address(site.router)}")


def wire_links(premises: Premises) -> None:
    """Lay the lines between the routers that are there; the interface is called ``line``."""
    for link in premises.office.links:
        routers = [
            premises.machines.get(site.router.name)
            for name in link.sites
            for site in premises.office.sites
            if site.name == name
        ]
        one, other = routers
        if one and other:
            namespaces.join(one.pid, "line", other.pid, "line")
            one.plug("line", f"{link.addresses[0]}/30")
            other.plug("line", f"{link.addresses[1]}/30")


def furnish(premises: Premises, site: Site, host: Host, tell: Callable[[str], None]) -> None:
    """Start everything that runs on one host."""
    machine = premises[host.name]
    begun = time.monotonic()
    if host.number:
        machine.write("/etc/resolv.conf", f"search {premises.office.domain}\nnameserver {site.resolver}\n")
    else:
        lease(machine)
    for server in host.servers:
        if not lonely(premises, server):
            server.start(machine, asker(premises, site, host))
    tell(f"{host.name} ({time.monotonic() - begun:.1f} s)")


def lonely(premises: Premises, server: Server) -> bool:
    """Whether a server cannot work because the host it works with was left out."""
    return server.kind == "frr" and any(site.router.name not in premises.machines for site in premises.office.sites)


def asker(premises: Premises, site: Site, host: Host) -> Machine:
    """From where a host's servers are asked: another machine on the same network, if there is one with an address."""
    for other in (site.router, site.switch):
        if other is not host and other.name in premises.machines:
            return premises[other.name]
    return premises[host.name]


def lease(machine: Machine) -> None:
    """Let a workstation ask for its address for as long as it lives, and wait for the first one."""
    machine.write("/opt/lease", LEASE_SCRIPT, mode=0o755)
    machine.start(LEASING)
    until(lambda: leased(machine), 90, f"{machine.name}: an address from the DHCP server")
    machine.address = leased(machine)


def leased(machine: Machine) -> str:
    """The address that a workstation has now; empty when it has none."""
    words = machine.run("ip", "-4", "-o", "addr", "show", "dev", "eth0").stdout.split()
    return words[3].partition("/")[0] if len(words) > 3 else ""
