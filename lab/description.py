"""The words in which an office is described: sites, links, hosts. ``lab/office.py`` is written in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lab.machines import Machine
from lab.processes import LabError
from lab.servers import Server
from lab.systemd_machines import SystemdMachine


@dataclass(frozen=True)
class Host:
    """A machine on a site's network, and what runs on it, in the order in which it starts."""

    name: str
    number: int
    """Last part of its address; 0 means that it asks for one (DHCP)."""
    servers: tuple[Server, ...] = ()
    also_called: tuple[str, ...] = ()
    """Further names in the office's domain."""
    disks: tuple[tuple[str, str], ...] = ()
    """File systems of their own: where, and options such as ``size=64m``."""
    systemd: bool = False
    """Whether systemd looks after its services, as on a real server; without it, it is there sooner."""

    @property
    def kind(self) -> type[Machine]:
        """What kind of machine it is."""
        return SystemdMachine if self.systemd else Machine


@dataclass(frozen=True)
class Site:
    """A place with one network (a /24), one switch that all its hosts are plugged into, and one router."""

    name: str
    network: str
    """First three parts of its addresses, such as ``10.20.0``."""
    router: Host
    switch: Host
    hosts: tuple[Host, ...]
    resolver: str
    """Address of the name server that its hosts ask."""
    needs: tuple[str, ...] = ()
    """Hosts without which none of its hosts is of use, wherever they stand."""

    def address(self, host: Host) -> str:
        """The fixed address of a host; empty when it asks for one."""
        return f"{self.network}.{host.number}" if host.number else ""

    def all(self) -> tuple[Host, ...]:
        """Every host, network devices first."""
        return (self.router, self.switch, *self.hosts)


@dataclass(frozen=True)
class Link:
    """A line between the routers of two sites, with a network of its own."""

    sites: tuple[str, str]
    addresses: tuple[str, str]


@dataclass(frozen=True)
class Office:
    """The whole."""

    sites: tuple[Site, ...]
    links: tuple[Link, ...]
    domain: str

    def places(self) -> Iterator[tuple[Site, Host]]:
        """Every host with its site."""
        for site in self.sites:
            for host in site.all():
                yield site, host

    def host(self, name: str) -> Host:
        """The host called ``name``."""
        for _, host in self.places():
            if host.name == name:
                return host
        raise LabError(f"The office has no host {name}. It has: {', '.join(host.name for _, host in self.places())}")

    def site_of(self, name: str) -> Site:
        """The site on which the host ``name`` stands."""
        return next(site for site, host in self.places() if host.name == name)

    def workstations(self, site: str) -> list[str]:
        """Names of the hosts of a site at which people sit: those that ask for their address."""
        return [host.name for place, host in self.places() if place.name == site and not host.number]

    def chosen(self, only: list[str]) -> set[str]:
        """The hosts that ``only`` (sites and hosts) asks for, with the network devices they need; all if empty."""
        if not only:
            return {host.name for _, host in self.places()}
        wanted: set[str] = set()
        for name in only:
            site = next((one for one in self.sites if one.name == name), None)
            wanted |= {host.name for host in site.all()} if site else {self.host(name).name}
        wanted |= {name for site in self.sites if _in(site, wanted) for name in site.needs}
        devices = (device for site in self.sites if _in(site, wanted) for device in (site.router, site.switch))
        return wanted | {device.name for device in devices}


def _in(site: Site, wanted: set[str]) -> bool:
    """Whether one of the wanted hosts stands on this site."""
    return any(host.name in wanted for host in site.all())
