"""Drifta itself, as an administrator starts it: everything on one machine, its database included."""

from __future__ import annotations

import http.client
import importlib.util
import sys
from dataclasses import dataclass
from typing import ClassVar

from lab import certificates
from lab.machines import Finished, Machine
from lab.people import DOMAIN, PASSWORD, PEOPLE, Person
from lab.processes import LabError, Service
from lab.servers import Server, Watch, port_watch

PORT = 8000
MAIL_PORT = 2525
DATA = "/var/lib/drifta-lab"
#: A directory with a file for everybody who was signed up, and the token of the first of them.
SIGNED_UP = "/etc/drifta-lab"
TOKEN = f"{SIGNED_UP}/token"


@dataclass(frozen=True)
class Drifta(Server):
    """Watches the office and takes its people's reports; ``lab/entering.py`` tells it what there is."""

    kind: ClassVar[str] = "drifta"
    ready_within: ClassVar[float] = 15

    url: str = ""
    """Where browsers reach it, if not at the machine's own address."""
    roles: tuple[tuple[Person, str], ...] = ((PEOPLE[0], "administrator"),)
    """Who may sign in, with the password that they have everywhere, and their roles; the first one gets a token."""

    def prepare(self, machine: Machine) -> None:
        """Make an empty data directory."""
        machine.shell(
            f"rm -rf {DATA} /var/lib/drifta {SIGNED_UP}; install -d -m 711 {DATA}; install -d -m 700 {SIGNED_UP}"
        )

    def services(self, machine: Machine) -> list[Service]:
        """One supervisor with everything below it; the lab's authority is one of those that its checks trust."""
        place = ("--data", DATA, "--url", self.address(machine))
        names = f"{machine.address},{machine.name},{machine.name}.{DOMAIN}"
        pages = ("--host", "0.0.0.0", "--port", str(PORT), "--hosts", names)
        mail = ("--smtp-host", "0.0.0.0", "--smtp-port", str(MAIL_PORT))
        environment = {"SSL_CERT_FILE": certificates.AUTHORITY}
        return [Service("drifta", (*PROGRAM, "up", *place, *pages, *mail), environment=environment)]

    def settle(self, machine: Machine) -> None:
        """Sign people up, each once, and make the token; before it is ready, a command would take its place."""
        self.ask(machine, machine)
        for person, role in self.roles:
            words = ("user", "create", person.mail, "--name", person.name, "--role", role, "--password-stdin")
            once(machine, f"{SIGNED_UP}/{person.login}", *words, text=f"{PASSWORD}\n")
        once(machine, TOKEN, "token", "create", self.roles[0][0].mail, "--name", "roll-out")

    def ask(self, machine: Machine, client: Machine) -> None:
        """Ask whether every process of it is ready."""
        with client.network():
            connection = http.client.HTTPConnection(machine.address, PORT, timeout=5)
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            said = answer.read().decode()
            connection.close()
        if answer.status != http.client.OK:
            raise LabError(f"Drifta answers {answer.status}: {said}")

    def watched(self, address: str) -> list[Watch]:
        """Its own listeners: it should notice when its mail port is closed."""
        return [port_watch("drifta mail", address, MAIL_PORT, "220 ")]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add where browsers and mail servers reach it, and the administrator's token."""
        token = machine.read(TOKEN).strip()
        return {"address": machine.address, "url": self.address(machine), "smtp": str(MAIL_PORT), "token": token}

    def address(self, machine: Machine) -> str:
        """The address that stands in its mails."""
        return self.url or f"http://{machine.address}:{PORT}"

    @classmethod
    def missing(cls) -> str:
        """Whether it is installed beside the lab."""
        found = importlib.util.find_spec("drifta")
        return "" if found else "drifta is not installed in this environment. Run: make test"


PROGRAM = (sys.executable, "-m", "drifta.site")


def command(machine: Machine, *words: str, text: str = "") -> Finished:
    """Run one command of Drifta's command line beside the Drifta on ``machine``, as an administrator does."""
    return machine.run(*PROGRAM, *words, "--data", DATA, text=text)


def once(machine: Machine, note: str, *words: str, text: str = "") -> None:
    """Run a command whose answer is kept in the file ``note``, unless it is there already."""
    if machine.run("test", "-e", note, check=False).returncode:
        machine.write(note, command(machine, *words, text=text).stdout, mode=0o600)
