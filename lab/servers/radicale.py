"""Radicale: a calendar for every person (CalDAV, RFC 4791)."""

from __future__ import annotations

import base64
import http.client
from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.people import PASSWORD, PEOPLE
from lab.processes import LabError, Service
from lab.servers import Server, Watch, port_watch

PORT = 5232
ROOT = "/var/lib/radicale-lab"
MULTI_STATUS = 207
CONFIGURATION = f"""
[server]
hosts = 0.0.0.0:{PORT}
[auth]
type = htpasswd
htpasswd_filename = /etc/radicale/lab-users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {ROOT}
[logging]
level = warning
"""


@dataclass(frozen=True)
class Radicale(Server):
    """The calendars of the office."""

    kind: ClassVar[str] = "radicale"
    packages: ClassVar[tuple[str, ...]] = ("radicale",)
    programs: ClassVar[tuple[str, ...]] = ("radicale",)
    ready_within: ClassVar[float] = 3

    def prepare(self, machine: Machine) -> None:
        """Write users and their calendars."""
        users = "".join(f"{person.login}:{PASSWORD}\n" for person in PEOPLE)
        machine.write("/etc/radicale/lab-users", users, owner="radicale", mode=0o640)
        machine.write("/etc/radicale/config", CONFIGURATION)
        logins = "\n".join(person.login for person in PEOPLE)
        machine.shell(
            f"install -d -o radicale {ROOT}/collection-root; cd {ROOT}/collection-root\n"
            'while read -r login; do mkdir -p "$login/calendar";'
            ' echo \'{"tag": "VCALENDAR"}\' > "$login/calendar/.Radicale.props"; done\n'
            f"chown -R radicale {ROOT}",
            text=f"{logins}\n",
        )

    def services(self, machine: Machine) -> list[Service]:
        """One program."""
        return [Service("radicale", ("radicale", "--config", "/etc/radicale/config"), user="radicale")]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Look into somebody's calendar."""
        with client.network():
            look_into(machine.address, PEOPLE[0].login)

    def watched(self, address: str) -> list[Watch]:
        """The first page, which leads browsers on."""
        return [
            port_watch("calendar port", address, PORT),
            Watch("calendar", "http", {"url": f"http://{address}:{PORT}/"}),
        ]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add a calendar and who may open it."""
        login = PEOPLE[0].login
        url = f"http://{machine.address}:{PORT}/{login}/calendar/"
        return {"address": machine.address, "url": url, "user": login, "password": PASSWORD}


def look_into(host: str, login: str, password: str = PASSWORD) -> None:
    """Ask for the properties of a person's calendar, as calendar programs do first."""
    token = base64.b64encode(f"{login}:{password}".encode()).decode()
    connection = http.client.HTTPConnection(host, PORT, timeout=5)
    connection.request("PROPFIND", f"/{login}/calendar/", headers={"Authorization": f"Basic {token}", "Depth": "0"})
    status = connection.getresponse().status
    connection.close()
    if status != MULTI_STATUS:
        raise LabError(f"The calendar server answers {status}")
