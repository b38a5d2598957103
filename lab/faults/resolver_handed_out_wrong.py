"""The DHCP server hands out a name server that does not exist."""

from __future__ import annotations

from lab.breaking import configure, start, steps
from lab.faults import Fault
from lab.symptoms import offered, sees

WRONG = "10.20.0.53"

FAULT = Fault(
    name="resolver-handed-out-wrong",
    area="addresses",
    broken="kea on the host names hands out 10.20.0.53 as the name server.",
    symptom="A computer that is switched on now has a network, but finds nothing by name.",
    cause="The DHCP option domain-name-servers has a wrong address.",
    fixes=("Set the option domain-name-servers to 10.20.0.14 and restart kea.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=configure("names", "kea", resolver=WRONG),
    heal=steps(configure("names", "kea"), start("names", "kea")),
    shows=sees(offered, f"resolver {WRONG}"),
)
