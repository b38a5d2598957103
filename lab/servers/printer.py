"""ippeveprinter: a network printer that speaks IPP Everywhere, with paper that can run out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.processes import LabError, Service
from lab.servers import Server, Watch, port_watch

PORT = 8631
OUTPUT = "/var/spool/printer"
#: While this file exists, the printer has no paper.
EMPTY = "/run/lab/printer-empty"
AVAHI = """
[server]
use-ipv6=no
[publish]
publish-workstation=no
"""
ENGINE = f"""#!/bin/sh
# Prints one job: waits for paper, then keeps the page.
told=
while [ -e {EMPTY} ]; do
  [ "$told" ] || echo "STATE: +media-empty" >&2
  told=yes; sleep 0.2
done
[ "$told" ] && echo "STATE: -media-empty" >&2
cp "$1" {OUTPUT}/"$(date +%s%N)"
"""


@dataclass(frozen=True)
class Printer(Server):
    """A printer with a page description language and a tray."""

    kind: ClassVar[str] = "printer"
    packages: ClassVar[tuple[str, ...]] = ("avahi-daemon", "cups-client", "cups-ipp-utils", "dbus")
    programs: ClassVar[tuple[str, ...]] = ("dbus-daemon", "avahi-daemon", "ippeveprinter", "ipptool")
    ready_within: ClassVar[float] = 4

    model: str = "Norrvik Laser"

    def prepare(self, machine: Machine) -> None:
        """Write what announces the printer, and its engine."""
        machine.directory("/run/dbus", OUTPUT, "/var/spool/ippeve")
        machine.shell(
            "rm -rf /run/dbus/* /run/avahi-daemon; test -s /etc/machine-id || dbus-uuidgen > /etc/machine-id"
        )
        machine.write("/etc/avahi/avahi-daemon.conf", AVAHI)
        machine.write("/opt/printer/engine", ENGINE, mode=0o755)

    def services(self, machine: Machine) -> list[Service]:
        """The message bus, the announcer that the printer insists on, and the printer."""
        avahi = ("avahi-daemon", "-f", "/etc/avahi/avahi-daemon.conf", "--no-drop-root", "--no-chroot", "--no-rlimits")
        printer = (
            "ippeveprinter", "-p", str(PORT), "-d", "/var/spool/ippeve",
            "-f", "application/pdf,image/pwg-raster,image/urf", "-r", "off", "-c", "/opt/printer/engine", self.model,
        )  # fmt: skip
        return [
            Service("dbus", ("dbus-daemon", "--system", "--nofork", "--nopidfile", "--nosyslog")),
            Service("avahi", avahi, restart=True),
            Service("printer", printer, restart=True),
        ]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Ask the printer how it is."""
        state(machine, client)

    def watched(self, address: str) -> list[Watch]:
        """The page on which the printer says how it is."""
        page = {"url": f"http://{address}:{PORT}/", "absent": "Media Empty"}
        return [port_watch("ipp", address, PORT), Watch("page", "http", page)]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add the printer's address, and where its pages end."""
        return {"address": machine.address, "uri": uri(machine.address), "output": OUTPUT}


def uri(address: str) -> str:
    """The address of the printer on the machine at ``address``."""
    return f"ipp://{address}:{PORT}/ipp/print"


def state(machine: Machine, client: Machine) -> str:
    """What the printer says of itself: its state and the reasons for it."""
    text = client.run("ipptool", "-T", "3", "-tv", uri(machine.address), "get-printer-attributes.test", check=False)
    lines = [line.strip() for line in text.stdout.splitlines() if "printer-state" in line]
    if not lines:
        raise LabError(f"The printer {machine.name} does not answer: {text.stdout}{text.stderr}")
    return "; ".join(lines)
