"""dnsmasq: names and addresses for a small site in one program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.people import DOMAIN
from lab.processes import LabError, Service
from lab.servers import Server, Watch
from lab.servers.bind9 import look_up
from lab.servers.kea import TRIAL

CONFIGURATION = """
no-resolv
no-hosts
cache-size=0
bind-interfaces
interface={interface}
except-interface=lo
domain={domain}
host-record={name}.{domain},{address}
dhcp-range={first},{last},1h
dhcp-leasefile=/var/lib/misc/dnsmasq.leases
dhcp-option=option:router,{address}
log-facility=-
{servers}
"""


@dataclass(frozen=True)
class Dnsmasq(Server):
    """Names and addresses of a branch; other names are asked of the name servers ``upstream``."""

    kind: ClassVar[str] = "dnsmasq"
    packages: ClassVar[tuple[str, ...]] = ("dnsmasq-base", "busybox")
    programs: ClassVar[tuple[str, ...]] = ("dnsmasq", "busybox")
    ready_within: ClassVar[float] = 4

    first: str = "10.99.0.100"
    last: str = "10.99.0.199"
    interface: str = "eth0"
    upstream: tuple[str, ...] = ()

    def prepare(self, machine: Machine) -> None:
        """Write the configuration, and forget old leases."""
        machine.shell("install -d /var/lib/misc; rm -f /var/lib/misc/dnsmasq.leases")
        text = CONFIGURATION.format(
            interface=self.interface, name=machine.name, domain=DOMAIN, address=machine.address,
            first=self.first, last=self.last, servers="\n".join(f"server={one}" for one in self.upstream),
        )  # fmt: skip
        machine.write("/etc/dnsmasq.conf", text)

    def services(self, machine: Machine) -> list[Service]:
        """One program in the foreground."""
        return [Service("dnsmasq", ("dnsmasq", "-k", "-C", "/etc/dnsmasq.conf"))]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Look up its own name, and ask for an address from a machine beside it."""
        with client.network():
            found = look_up(machine.address, f"{machine.name}.{DOMAIN}")
        if found != [machine.address]:
            raise LabError(f"{machine.name} is {found}")
        if client is not machine:
            client.run(*TRIAL)

    def watched(self, address: str) -> list[Watch]:
        """Whether it passes questions on."""
        return [Watch("dns", "dns", {"name": f"www.{DOMAIN}", "resolver": address})]
