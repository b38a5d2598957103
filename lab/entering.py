"""Brings the office into its Drifta as an administrator rolls one out: by command line and REST, nothing else.

People, sites, assets, services and checks; the desk's address and the mail server. It may be done once.
"""

from __future__ import annotations

import csv
import http.client
import io
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab import watching
from lab.building import Premises
from lab.machines import Machine
from lab.people import DOMAIN, HEADQUARTERS, PEOPLE
from lab.processes import LabError
from lab.servers import drifta
from lab.watching import Look, Pace

#: Who works with tickets, by group: the team, and which line it is.
TEAMS = {"servicedesk": ("Servicedesk", 1), "drift": ("Drift", 2)}
ORGANISATION = {"name": "Norrvik kommun", "language": "sv", "mail_domains": [DOMAIN]}
PEOPLE_FILE = f"{drifta.SIGNED_UP}/people.csv"
LONGEST = 30
Row = dict[str, Any]


@dataclass(frozen=True)
class Client:
    """A program that speaks to the Drifta on a machine, with the token of its administrator."""

    machine: Machine
    token: str

    @classmethod
    def of(cls, premises: Premises) -> Client:
        """Return a client of the Drifta in the office."""
        machine = premises[watching.HOST]
        return cls(machine, machine.read(drifta.TOKEN).strip())

    def ask(self, method: str, path: str, values: object = None) -> Any:
        """Ask ``/api/v1`` for something; raises ``LabError`` with what it says when it refuses."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        with self.machine.network():
            connection = http.client.HTTPConnection(self.machine.address, drifta.PORT, timeout=LONGEST)
            connection.request(method, f"/api/v1{path}", None if values is None else json.dumps(values), headers)
            answer = connection.getresponse()
            said = answer.read().decode()
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise LabError(f"Drifta refuses {method} {path}: {answer.status} {said}")
        return json.loads(said) if said else None

    def every(self, path: str) -> list[Row]:
        """All rows of a list, page by page."""
        rows, mark = [], "&" if "?" in path else "?"
        cursor: str | None = ""
        while cursor is not None:
            page = self.ask("GET", f"{path}{mark}limit=500" + (f"&cursor={cursor}" if cursor else ""))
            rows += page["items"]
            cursor = page["next"]
        return rows

    def make(self, path: str, **values: object) -> int:
        """Add a row; returns its number."""
        return int(self.ask("POST", path, values)["id"])


def enter(premises: Premises, pace: Pace, tell: Callable[[str], None] = lambda _: None) -> Client:
    """Bring the office into the Drifta on ``watch``, which knows nobody but those who sign in; returns a client."""
    begun = time.monotonic()
    client = Client.of(premises)
    organisation = client.ask("GET", "/organisations")["items"][0]["id"]
    client.ask("POST", f"/organisations/{organisation}/edit_organisation", ORGANISATION)
    sites = {site.name: client.make("/sites", name=site.name) for site in premises.office.sites}
    assets = enter_assets(client, premises, sites)
    for name, hosts in watching.SERVICES.items():
        client.make("/services", name=name, asset_ids=[assets[host] for host in hosts if host in assets])
    count = enter_checks(client, organisation, watching.plan(premises), assets, pace)
    team = enter_people(client)
    if "mail" in premises.machines:
        enter_mail(client, premises["mail"].address, team)
    tell(f"{len(assets)} assets, {count} checks, {len(PEOPLE)} people entered ({time.monotonic() - begun:.1f} s)")
    return client


def enter_assets(client: Client, premises: Premises, sites: dict[str, int]) -> dict[str, int]:
    """Enter every host that is up; returns the numbers by name."""
    places = [place for place in premises.office.places() if place[1].name in premises.machines]
    return {
        host.name: client.make(
            "/assets",
            name=host.name,
            kind=watching.kind_of(site, host),
            address=premises[host.name].address,
            site_id=sites[site.name],
        )
        for site, host in places
    }


def enter_checks(client: Client, organisation: int, looks: list[Look], assets: dict[str, int], pace: Pace) -> int:
    """Enter the checks; returns how many."""
    made: dict[str, int] = {}
    for look in looks:
        made[look.name] = client.make(
            "/checks",
            organisation_id=organisation,
            name=look.name,
            kind=look.kind,
            settings=look.settings,
            asset_id=assets[look.host],
            depends_on=[made[name] for name in look.needs],
            **vars(pace),
        )
    return len(made)


def enter_people(client: Client) -> int:
    """Import everybody from a file, and put the agents into their teams; returns the number of the first line."""
    drifta.command(client.machine, "import", "people", people_file(client.machine), "--apply")
    numbers = {row["email"]: row["id"] for row in client.every("/people")}
    made = []
    for group, (name, line) in TEAMS.items():
        members = [numbers[person.mail] for person in PEOPLE if group in person.groups]
        made.append(client.make("/teams", name=name, line=line, member_ids=members))
    return made[0]


def people_file(machine: Machine) -> str:
    """Write the file of people, as a directory gives it out; returns its path on the machine."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["Namn", "E-post", "Kontor", "Språk"])
    rows.writerows((one.name, one.mail, one.site, "sv" if one.site == HEADQUARTERS else "nb") for one in PEOPLE)
    machine.write(PEOPLE_FILE, text.getvalue())
    return PEOPLE_FILE


def enter_mail(client: Client, server: str, team: int) -> None:
    """Take the desk's mail for a team, and send answers through the office's mail server."""
    values = {"smtp_host": server, "smtp_port": 25, "smtp_security": "none"}
    client.ask("PATCH", "/settings/channels.mail", values)
    client.make("/desk-addresses", address=watching.DESK, name="Servicedesk", team_id=team, language="sv")
