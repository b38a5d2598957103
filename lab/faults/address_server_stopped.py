"""Nobody gives addresses to workstations."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import both, datagram, fails, sees

FAULT = Fault(
    name="address-server-stopped",
    area="addresses",
    broken="kea on the host names does not run.",
    symptom="A computer that is switched on now has no network; those that were on before work for a while.",
    cause="The DHCP server is stopped.",
    fixes=("Start kea-dhcp4 on the host names.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=stop("names", "kea"),
    heal=start("names", "kea"),
    shows=both(sees(datagram("names", 67, b"?"), "refused"), fails("names", "kea")),
)
