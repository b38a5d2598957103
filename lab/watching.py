"""What a Drifta in the office watches: every host by a ping, every service by what its server says (``watched``).

This file only says what; it follows from the office's description, and ``lab/entering.py`` brings it into Drifta.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lab import state
from lab.building import Premises
from lab.description import Host, Office, Site
from lab.office import OFFICE
from lab.people import DOMAIN, Person, members
from lab.servers import Watch
from lab.servers.drifta import MAIL_PORT, Drifta
from lab.servers.opensmtpd import Opensmtpd

#: The host on which Drifta runs, and the address to which people write for help.
HOST = "watch"
DESK = f"helpdesk@{DOMAIN}"
#: What a machine of the lab has in common with the system around it, and is not to be judged by.
SHARED = ("memory", "swap", "disk")
PING = "ping"
#: What people do in Drifta, by their groups; everybody else only reports.
ROLES = {"administration": "administrator", "servicedesk": "first_line", "drift": "second_line"}

#: What users know, and the hosts behind it.
SERVICES: Mapping[str, tuple[str, ...]] = {
    "Intranet": ("web",),
    "Files": ("files",),
    "E-mail and calendar": ("mail",),
    "Sign-in": ("directory", "dc1"),
    "Names and addresses": ("names", "router-sorfjord"),
    "Printing": ("print", "printer1", "printer2"),
    "Backups": ("backup",),
}


@dataclass(frozen=True)
class Pace:
    """How often is looked, in seconds, and how often again before a fault counts."""

    interval: float = 10
    timeout: float = 4
    retries: int = 2
    retry_interval: float = 3


@dataclass(frozen=True)
class Look:
    """One check, ready to be entered: ``needs`` are names of looks before it in the plan."""

    host: str
    name: str
    kind: str
    settings: Mapping[str, object]
    needs: tuple[str, ...] = ()


def furnished(office: Office, url: str) -> Office:
    """Return the office with a Drifta on its host ``watch``, which gets the desk's mail; browsers come to ``url``."""
    address = office.site_of(HOST).address(office.host(HOST))

    def host(one: Host) -> Host:
        servers = tuple(
            replace(server, desk=f"smtp://{address}:{MAIL_PORT}") if isinstance(server, Opensmtpd) else server
            for server in one.servers
        )
        return replace(one, servers=(*servers, Drifta(url, tuple(agents()))) if one.name == HOST else servers)

    return replace(office, sites=tuple(replace(site, hosts=tuple(map(host, site.hosts))) for site in office.sites))


def agents() -> Iterator[tuple[Person, str]]:
    """Who signs in, the administrator first, and in which role."""
    for group, role in ROLES.items():
        yield from ((person, role) for person in members(group) if "it" in person.groups)


def office_of(lab: str) -> Office:
    """Return the office as it was built for the lab of this name."""
    url = state.notes(lab).get("drifta", "")
    return furnished(OFFICE, url) if url else OFFICE


def kind_of(site: Site, host: Host) -> str:
    """What sort of asset a host is, in Drifta's words."""
    if host in (site.router, site.switch):
        return "network"
    if not host.number:
        return "computer"
    return "printer" if any(server.kind == "printer" for server in host.servers) else "server"


def plan(premises: Premises) -> list[Look]:
    """Everything to look at in those parts of the office that are up; what others need comes first."""
    places = [place for place in premises.office.places() if place[1].name in premises.machines]
    places.sort(key=lambda place: (place[0].name != premises.office.site_of(HOST).name, place[1].name != "names"))
    looks = [ping(premises, site, host) for site, host in sorted(places, key=lambda place: depth(premises, *place))]
    for _, host in places:
        looks += services(premises, host, looks)
    return [*looks, *itself(premises)]


def depth(premises: Premises, site: Site, host: Host) -> int:
    """How many network devices stand between Drifta and a host."""
    return len(way(premises, site, host))


def way(premises: Premises, site: Site, host: Host) -> list[str]:
    """The network devices between Drifta and a host."""
    home = premises.office.site_of(HOST)
    devices = [home.switch] if site.name == home.name else [home.switch, home.router, site.router, site.switch]
    names = [device.name for device in devices]
    passed = names[: names.index(host.name)] if host.name in names else names
    return [name for name in passed if name in premises.machines]


def ping(premises: Premises, site: Site, host: Host) -> Look:
    """Whether a host answers; it cannot without the devices on the way."""
    needs = tuple(f"{name} {PING}" for name in way(premises, site, host))
    return Look(host.name, f"{host.name} {PING}", "icmp", {"host": premises[host.name].address}, needs)


def services(premises: Premises, host: Host, known: list[Look]) -> Iterator[Look]:
    """What runs on a host, each program once."""
    found: dict[str, Watch] = {}
    for server in host.servers:
        found |= {watch.name: watch for watch in server.watched(premises[host.name].address)}
    for watch in sorted(found.values(), key=lambda one: len(one.needs)):
        beside = tuple(f"{host.name} {name}" for name in watch.needs if name in found)
        yield Look(host.name, f"{host.name} {watch.name}", watch.kind, watch.settings, (*beside, *names(watch, known)))


def names(watch: Watch, known: list[Look]) -> list[str]:
    """The looks at name servers that know the name by which one goes, or that it asks for itself."""
    wanted = urlsplit(str(watch.settings.get("url", ""))).hostname or watch.settings.get("name")
    return [look.name for look in known if look.kind == "dns" and look.settings["name"] == wanted]


def itself(premises: Premises) -> list[Look]:
    """The machine that Drifta runs on, and its clock; load, memory and disks are those of whatever the lab runs on."""
    settings: dict[str, object] = {"services": False, "load_warning": 500, "load_bad": 1000}
    settings |= dict.fromkeys((f"{name}_{state}" for name in SHARED for state in ("warning", "bad")), 100)
    if "names" in premises.machines:
        settings["ntp_server"] = premises["names"].address
    return [Look(HOST, f"{HOST} machine", "host", settings)]
