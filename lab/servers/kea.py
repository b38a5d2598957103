"""Kea: gives workstations their addresses (DHCPv4, RFC 2131), with a control socket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from lab.machines import Machine
from lab.processes import Service
from lab.servers import Server

#: Asks for an address, gives it back and changes nothing on the machine.
TRIAL = ("busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-R", "-f", "-t", "3", "-T", "1", "-s", "/bin/true")


@dataclass(frozen=True)
class Kea(Server):
    """The DHCP server of a site."""

    kind: ClassVar[str] = "kea"
    packages: ClassVar[tuple[str, ...]] = ("kea-dhcp4-server", "busybox")
    programs: ClassVar[tuple[str, ...]] = ("kea-dhcp4", "busybox")
    ready_within: ClassVar[float] = 4

    subnet: str = "10.99.0.0/24"
    pool: str = "10.99.0.100-10.99.0.199"
    router: str = "10.99.0.1"
    resolver: str = "10.99.0.2"

    def configuration(self) -> dict[str, Any]:
        """What kea reads, as an object."""
        options = {"routers": self.router, "domain-name-servers": self.resolver, "domain-name": "norrvik.example"}
        return {
            "Dhcp4": {
                "interfaces-config": {"interfaces": ["eth0"]},
                "control-socket": {"socket-type": "unix", "socket-name": "/run/kea/control"},
                "lease-database": {"type": "memfile", "persist": True, "name": "/var/lib/kea/leases.csv"},
                "valid-lifetime": 3600,
                "loggers": [{"name": "kea-dhcp4", "output_options": [{"output": "stderr"}], "severity": "WARN"}],
                "subnet4": [
                    {
                        "subnet": self.subnet,
                        "pools": [{"pool": self.pool}],
                        "option-data": [{"name": name, "data": data} for name, data in options.items()],
                    }
                ],
            }
        }

    def prepare(self, machine: Machine) -> None:
        """Write the configuration, and forget old leases."""
        machine.shell("rm -rf /var/lib/kea; install -d /var/lib/kea /run/kea")
        machine.write("/etc/kea/kea-dhcp4.conf", json.dumps(self.configuration(), indent=1))

    def services(self, machine: Machine) -> list[Service]:
        """One program in the foreground."""
        folders = {"KEA_PIDFILE_DIR": "/run/kea", "KEA_LOCKFILE_DIR": "/run/kea"}
        return [Service("kea-dhcp4", ("kea-dhcp4", "-c", "/etc/kea/kea-dhcp4.conf"), environment=folders)]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Ask for an address as a workstation does."""
        client.run(*TRIAL)

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add what it gives, and where its control socket is on the machine."""
        return {"address": machine.address, "subnet": self.subnet, "pool": self.pool, "socket": "/run/kea/control"}
