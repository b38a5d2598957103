"""net-snmp's agent: SNMP v2c with a community, and v3 with a user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.processes import LabError, Service
from lab.servers import Server

CONFIGURATION = """
agentAddress udp:161
rocommunity {community}
createUser {user} SHA {password} AES {password}
rouser {user} priv
sysLocation {site}
sysContact drift@norrvik.example
includeAllDisks 10%
"""


@dataclass(frozen=True)
class Snmpd(Server):
    """Tells about the machine it runs on."""

    kind: ClassVar[str] = "snmpd"
    packages: ClassVar[tuple[str, ...]] = ("snmpd", "snmp")
    programs: ClassVar[tuple[str, ...]] = ("snmpd", "snmpget")

    community: str = "norrvik-read"
    user: str = "watcher"
    password: str = "Fjorden-ligger-stilla-7"
    site: str = "Norrvik"

    def prepare(self, machine: Machine) -> None:
        """Write the configuration."""
        text = CONFIGURATION.format(community=self.community, user=self.user, password=self.password, site=self.site)
        machine.write("/etc/snmp/snmpd.conf", text, mode=0o600)
        machine.directory("/run/lab/snmp")

    def services(self, machine: Machine) -> list[Service]:
        """One agent, that reads no other configuration."""
        command = ("snmpd", "-f", "-Lo", "-C", "-c", "/etc/snmp/snmpd.conf")
        return [Service("snmpd", command, environment={"SNMP_PERSISTENT_DIR": "/run/lab/snmp"})]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Read the machine's name."""
        words = ("snmpget", "-v2c", "-c", self.community, "-t1", "-r0", "-Oqv", machine.address, "1.3.6.1.2.1.1.5.0")
        name = client.run(*words).stdout.strip().strip('"')
        if name != machine.name:
            raise LabError(f"The agent of {machine.name} calls itself {name!r}")

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add what a manager needs for v2c and v3 (SHA, AES)."""
        secrets = {"community": self.community, "user": self.user, "password": self.password}
        return {"address": machine.address, **secrets}
