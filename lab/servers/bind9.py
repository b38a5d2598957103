"""BIND: the names of the office, changeable by TSIG-signed updates (RFC 2136, RFC 8945)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import dns.resolver

from lab.machines import Machine
from lab.people import DOMAIN
from lab.processes import LabError, Service
from lab.servers import Server, Watch

KEY = "bGFiLW9mLW5vcnJ2aWs="
CONFIGURATION = f"""
key "lab" {{{{ algorithm hmac-sha256; secret "{KEY}"; }}}};
options {{{{
  directory "/var/cache/bind";
  recursion no;
  listen-on-v6 {{{{ none; }}}};
  dnssec-validation no;
}}}};
statistics-channels {{{{ inet 127.0.0.1 port 8053; }}}};
{{zones}}
"""
ZONE = 'zone "{name}" {{ type primary; file "/var/lib/bind/{name}"; allow-update {{ key "lab"; }}; }};\n'
HEAD = """$TTL 60
@ IN SOA names.{domain}. drift.{domain}. 1 3600 600 86400 60
@ IN NS names.{domain}.
"""


@dataclass(frozen=True)
class Bind9(Server):
    """The name server of the office."""

    kind: ClassVar[str] = "bind9"
    packages: ClassVar[tuple[str, ...]] = ("bind9",)
    programs: ClassVar[tuple[str, ...]] = ("named", "rndc")

    addresses: dict[str, str] = field(default_factory=lambda: {"www": "10.20.0.11"})
    """Names inside the domain, and their addresses."""

    def prepare(self, machine: Machine) -> None:
        """Write the zones, forward and reverse."""
        machine.directory("/var/cache/bind", "/var/lib/bind", "/run/named", owner="bind")
        zones = self.zones(machine)
        for name, lines in zones.items():
            text = HEAD.format(domain=DOMAIN) + "".join(f"{line}\n" for line in lines)
            machine.write(f"/var/lib/bind/{name}", text, owner="bind")
        named = "".join(ZONE.format(name=name) for name in zones)
        machine.write("/etc/bind/named.conf", CONFIGURATION.format(zones=named))
        machine.shell("test -e /etc/bind/rndc.key || rndc-confgen -a -u bind >/dev/null 2>&1")

    def zones(self, machine: Machine) -> dict[str, list[str]]:
        """Zones with their records: the domain, and a reverse zone for every /24 in it."""
        zones = {DOMAIN: [f"@ IN MX 10 mail.{DOMAIN}."]}
        for name, address in {"names": machine.address, **self.addresses}.items():
            zones[DOMAIN].append(f"{name} IN A {address}")
            first, second, third, last = address.split(".")
            reverse = f"{third}.{second}.{first}.in-addr.arpa"
            zones.setdefault(reverse, []).append(f"{last} IN PTR {name}.{DOMAIN}.")
        return zones

    def services(self, machine: Machine) -> list[Service]:
        """One program in the foreground."""
        return [Service("named", ("named", "-f", "-u", "bind", "-n", "1", "-c", "/etc/bind/named.conf"))]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Look up the first name."""
        name, address = next(iter(self.addresses.items()))
        with client.network():
            found = look_up(machine.address, f"{name}.{DOMAIN}")
        if address not in found:
            raise LabError(f"{name} is {found}, not {address}")

    def watched(self, address: str) -> list[Watch]:
        """The names that everything hangs on, and where mail for the domain goes."""
        names = sorted({"www", "intranet", "mail"} & set(self.addresses))
        wanted = {f"dns {name}": (f"{name}.{DOMAIN}", "A", self.addresses[name]) for name in names}
        wanted["dns mail exchanger"] = (DOMAIN, "MX", f"10 mail.{DOMAIN}")
        return [
            Watch(title, "dns", {"name": name, "record": record, "resolver": address, "expect": [expected]})
            for title, (name, record, expected) in wanted.items()
        ]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add the domain, and the key for changes."""
        return {"address": machine.address, "domain": DOMAIN, "key_name": "lab", "key": KEY}


def look_up(server: str, name: str, kind: str = "A") -> list[str]:
    """Ask the name server at ``server`` for a name; returns the answers as text, none when there is no such name.

    The question is repeated every 0.3 s: one that comes before the server listens is lost without a word.
    """
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.timeout, resolver.lifetime = [server], 0.3, 5
    try:
        return [record.to_text() for record in resolver.resolve(name, kind, raise_on_no_answer=False, search=False)]
    except dns.resolver.NXDOMAIN:
        return []
