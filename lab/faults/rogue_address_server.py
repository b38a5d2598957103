"""A small router that somebody brought along hands out addresses, too."""

from __future__ import annotations

from lab.breaking import begin, end, steps
from lab.building import Premises
from lab.faults import Fault
from lab.processes import Service
from lab.symptoms import offered, sees

FILE = "/etc/udhcpd.conf"
SETTINGS = """\
interface eth0
start 192.168.1.100
end 192.168.1.120
lease_file /run/udhcpd.leases
option router 192.168.1.1
option dns 192.168.1.1
"""
ROGUE = Service("udhcpd", ("busybox", "udhcpd", "-f", FILE))


def prepare(premises: Premises) -> None:
    """Write its configuration."""
    premises["printer1"].write(FILE, SETTINGS)


FAULT = Fault(
    name="rogue-address-server",
    area="addresses",
    broken="A DHCP server runs on printer1, beside the office's own on the host names.",
    symptom="Now and then a computer that is switched on gets a strange address, and nothing works there.",
    cause="A second DHCP server in the network.",
    fixes=("End the DHCP server udhcpd on printer1.", "Block DHCP answers at all switch ports but the server's."),
    hosts=("names", "printer1", "watch"),
    hurts=frozenset(),
    inject=steps(prepare, begin("printer1", ROGUE)),
    heal=end("printer1", ROGUE),
    shows=sees(offered, "router 192.168.1.1"),
    by_chance=True,
)
