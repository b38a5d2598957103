"""The DHCP server has no address left for a new workstation."""

from __future__ import annotations

import dataclasses

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.processes import until
from lab.servers.kea import Kea


def configure(premises: Premises, server: Kea) -> None:
    """Let kea run with the configuration of ``server`` and no memory of what it gave."""
    names = premises["names"]
    server.stop(names)
    server.prepare(names)
    for service in server.services(names):
        names.start(service)


def own(premises: Premises) -> Kea:
    """The server as the office describes it."""
    server = premises.server("names", "kea")
    if not isinstance(server, Kea):
        raise TypeError(server)
    return server


def inject(premises: Premises) -> None:
    """Shrink the pool to one address, and let somebody have that."""
    server = own(premises)
    first = server.pool.partition("-")[0]
    configure(premises, dataclasses.replace(server, pool=f"{first}-{first}"))
    lasting = (
        "busybox",
        "udhcpc",
        "-i",
        "eth0",
        "-n",
        "-q",
        "-f",
        "-t5",
        "-T1",
        "-s",
        "/bin/true",
        "-x",
        "0x3d:01020304",
    )
    until(lambda: not symptoms.failure(lambda: premises["printer1"].run(*lasting)), 20, "the last lease")


def heal(premises: Premises) -> None:
    """Give the pool its size again."""
    configure(premises, own(premises))
    own(premises).run(premises["names"], premises["watch"])


def shows(premises: Premises) -> str:
    """Another machine asks for an address and gets none, although the server runs."""
    running = premises["names"].runs("kea-dhcp4")
    return symptoms.unanswered(premises, "names", "kea") if running else ""


FAULT = Fault(
    name="addresses-exhausted",
    area="addresses",
    broken="The address pool of kea on the host names has a single address, and that is taken.",
    symptom="A computer that is switched on now has no network; those that were on before work.",
    cause="The DHCP pool is too small: every address is leased.",
    fixes=("Enlarge the pool.", "Release leases that nobody uses."),
    hosts=("names", "printer1", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
    patience=30,
)
