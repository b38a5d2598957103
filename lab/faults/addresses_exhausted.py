"""The DHCP server has no address left for a new workstation."""

from __future__ import annotations

from lab.breaking import configure, start, steps
from lab.building import Premises
from lab.faults import Fault
from lab.processes import until
from lab.symptoms import both, datagram, fails, sees

FIRST = "10.20.0.100"
#: Takes an address for good, by another name than the machine's own, and does not use it.
TAKE = ("busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t5", "-T1", "-s", "/bin/true", "-x", "0x3d:01020304")


def take(premises: Premises) -> None:
    """Let somebody have the only address."""
    until(lambda: premises["printer1"].run(*TAKE).returncode == 0, 20, "the last lease")


FAULT = Fault(
    name="addresses-exhausted",
    area="addresses",
    broken="The address pool of kea on the host names has a single address, and that is taken.",
    symptom="A computer that is switched on now has no network; those that were on before work.",
    cause="The DHCP pool is too small: every address is leased.",
    fixes=("Enlarge the pool.", "Release leases that nobody uses."),
    hosts=("names", "printer1", "watch"),
    hurts=frozenset(),
    inject=steps(configure("names", "kea", pool=f"{FIRST}-{FIRST}"), take),
    heal=steps(configure("names", "kea"), start("names", "kea")),
    shows=both(sees(datagram("names", 67, b"?"), "silent"), fails("names", "kea")),
)
