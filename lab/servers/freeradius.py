"""FreeRADIUS: lets people into the wireless network (RFC 2865)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.people import PASSWORD, PEOPLE
from lab.processes import LabError, Service
from lab.servers import Server

CONFIGURATION = """
prefix = /usr
libdir = /usr/lib/freeradius
logdir = /var/log/freeradius
run_dir = /run/freeradius
pidfile = ${{run_dir}}/freeradius.pid
max_request_time = 10
security {{
  reject_delay = 0
}}
client office {{
  ipaddr = 0.0.0.0/0
  secret = {secret}
}}
modules {{
  files {{
    filename = /etc/freeradius/lab/users
  }}
  pap {{
  }}
}}
server office {{
  listen {{
    type = auth
    ipaddr = *
    port = 1812
  }}
  authorize {{
    files
    pap
  }}
  authenticate {{
    Auth-Type PAP {{
      pap
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Freeradius(Server):
    """The RADIUS server of the office."""

    kind: ClassVar[str] = "freeradius"
    packages: ClassVar[tuple[str, ...]] = ("freeradius", "freeradius-utils")
    programs: ClassVar[tuple[str, ...]] = ("freeradius", "radclient")

    secret: str = "delad-hemlighet"

    def prepare(self, machine: Machine) -> None:
        """Write a small configuration of its own, and the people."""
        machine.directory("/var/log/freeradius", "/run/freeradius", owner="freerad")
        users = "".join(f'{person.login} Cleartext-Password := "{PASSWORD}"\n' for person in PEOPLE)
        machine.write("/etc/freeradius/lab/users", users, owner="freerad", mode=0o640)
        text = CONFIGURATION.format(secret=self.secret)
        machine.write("/etc/freeradius/lab/radiusd.conf", text, owner="freerad", mode=0o640)
        machine.shell("cd /etc/freeradius/lab && ln -sf ../3.0/dictionary dictionary")

    def services(self, machine: Machine) -> list[Service]:
        """One program in the foreground."""
        command = ("freeradius", "-d", "/etc/freeradius/lab", "-n", "radiusd", "-f", "-l", "stdout")
        return [Service("freeradius", command, user="freerad")]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Let somebody in."""
        sign_in(machine, client, PEOPLE[0].login, self.secret)

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add the shared secret and a user."""
        user = {"user": PEOPLE[0].login, "password": PASSWORD}
        return {"address": machine.address, "port": "1812", "secret": self.secret, **user}


def sign_in(machine: Machine, client: Machine, login: str, secret: str, password: str = PASSWORD) -> None:
    """Ask the server on ``machine`` to let a person in, as an access point at ``client`` would."""
    attributes = f'User-Name = "{login}", User-Password = "{password}", Message-Authenticator = 0x00'
    done = client.run(
        "radclient", "-r1", "-t2", f"{machine.address}:1812", "auth", secret, text=attributes, check=False
    )
    if "Access-Accept" not in done.stdout:
        raise LabError(f"RADIUS answers: {(done.stdout + done.stderr).strip()}")
