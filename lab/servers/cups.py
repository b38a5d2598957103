"""CUPS: the print queues of the office, in front of its printers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.processes import LabError, Service
from lab.servers import Server, Watch, port_watch
from lab.servers.printer import Printer, uri
from lab.tasks import PAGE

CONFIGURATION = """
Port 631
ServerAlias *
DefaultAuthType None
WebInterface No
Browsing No
MaxJobs 500
JobRetryInterval 5
ErrorPolicy retry-job
<Location />
  Order allow,deny
  Allow all
</Location>
<Location /admin>
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""


@dataclass(frozen=True)
class Cups(Server):
    """The print server; everybody in the office may do everything with its queues."""

    kind: ClassVar[str] = "cups"
    packages: ClassVar[tuple[str, ...]] = ("cups", "cups-client", "cups-filters", "ghostscript", *Printer.packages)
    programs: ClassVar[tuple[str, ...]] = ("cupsd", "lpadmin", "lpstat", "lp", *Printer.programs)
    ready_within: ClassVar[float] = 5

    queues: tuple[tuple[str, str], ...] = ()
    """Names of queues and addresses of their printers; without any, one printer stands on the machine itself."""

    def prepare(self, machine: Machine) -> None:
        """Write the configuration; queues are made in the running server."""
        if not self.queues:
            Printer().prepare(machine)
        machine.shell(
            "rm -rf /etc/cups/ppd /etc/cups/printers.conf* /var/spool/cups /var/cache/cups /run/cups\n"
            "install -d -g lp /run/cups /var/cache/cups /var/spool/cups /var/log/cups /etc/cups/ppd"
        )
        machine.write("/etc/cups/cupsd.conf", CONFIGURATION)

    def services(self, machine: Machine) -> list[Service]:
        """The scheduler; it starts filters and backends itself."""
        beside = [] if self.queues else Printer().services(machine)
        return [*beside, Service("cupsd", ("cupsd", "-f"))]

    def settle(self, machine: Machine) -> None:
        """Make the queues; the printers are asked for their abilities."""
        made = machine.run("lpstat", "-h", "127.0.0.1:631", "-e", check=False).stdout.split()
        for name, printer in self.named(machine):
            if name not in made:
                machine.run("lpadmin", "-h", "127.0.0.1:631", "-p", name, "-E", "-v", printer, "-m", "everywhere")

    def named(self, machine: Machine) -> tuple[tuple[str, str], ...]:
        """Queues and their printers."""
        return self.queues or (("lab1", uri(machine.address)),)

    def ask(self, machine: Machine, client: Machine) -> None:
        """Ask for every queue whether it takes jobs."""
        for name, _ in self.named(machine):
            said = queue_state(machine.address, client, name)
            if "enabled" not in said:
                raise LabError(said)

    def watched(self, address: str) -> list[Watch]:
        """The port of the queues."""
        return [port_watch("ipp", address, 631)]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add a queue."""
        name = self.named(machine)[0][0]
        return {"address": machine.address, "queue": name, "uri": f"ipp://{machine.address}:631/printers/{name}"}


def queue_state(host: str, client: Machine, queue: str) -> str:
    """What the print server at ``host`` says of a queue, in English."""
    return client.run("lpstat", "-h", f"{host}:631", "-p", queue, seconds=5).stdout.strip()


def submit(host: str, client: Machine, queue: str) -> str:
    """Print an empty page from ``client``; returns the job's name, such as ``lab1-7``."""
    command = ("lp", "-h", f"{host}:631", "-d", queue, "-o", "document-format=application/pdf")
    said = client.run(*command, text=PAGE.decode(), seconds=10).stdout
    return said.split()[3]


def is_done(host: str, client: Machine, job: str) -> bool:
    """Whether a job has left its queue for the printer."""
    return job in client.run("lpstat", "-h", f"{host}:631", "-W", "completed", "-o", seconds=5).stdout.split()
