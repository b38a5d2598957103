"""The office's web application (``lab/programs/intranet.py``) on a database elsewhere or beside it."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lab.machines import Machine
from lab.people import PASSWORD
from lab.processes import LabError, Service
from lab.servers import Server
from lab.servers.postgresql import Postgresql

PROGRAM = Path(__file__).resolve().parent.parent / "programs" / "intranet.py"


@dataclass(frozen=True)
class Intranet(Server):
    """Notices for everybody, on port 8000 of the machine itself; a web server stands in front of it."""

    kind: ClassVar[str] = "intranet"
    packages: ClassVar[tuple[str, ...]] = ("python3-psycopg2",)
    ready_within: ClassVar[float] = 4

    database: str = ""
    """The database's machine; without one, PostgreSQL runs beside the application."""

    def prepare(self, machine: Machine) -> None:
        """Copy the program."""
        if not self.database:
            Postgresql().start(machine)
        machine.account("intranet")
        machine.write("/opt/intranet/intranet.py", PROGRAM.read_text(encoding="utf-8"))

    def services(self, machine: Machine) -> list[Service]:
        """The program, started again when the database was not there."""
        beside = [] if self.database else Postgresql().services(machine)
        url = f"postgresql://intranet:{PASSWORD}@{self.database or '127.0.0.1'}:5432/intranet?connect_timeout=3"
        program = ("/usr/bin/python3", "/opt/intranet/intranet.py")
        return [*beside, Service("intranet", program, user="intranet", environment={"DATABASE": url})]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Ask on the machine itself whether application and database live."""
        with machine.network():
            connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
            connection.request("GET", "/health")
            answer = connection.getresponse().read()
            connection.close()
        if answer != b"alive":
            raise LabError(f"The web application answers {answer.decode()!r}")
