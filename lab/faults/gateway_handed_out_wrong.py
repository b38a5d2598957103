"""The DHCP server hands out a gateway that does not exist."""

from __future__ import annotations

from lab.breaking import configure, start, steps
from lab.faults import Fault
from lab.symptoms import offered, sees

WRONG = "10.20.0.254"

FAULT = Fault(
    name="gateway-handed-out-wrong",
    area="addresses",
    broken="kea on the host names hands out 10.20.0.254 as the gateway.",
    symptom="A computer that is switched on now reaches the own site and nothing beyond.",
    cause="The DHCP option routers has a wrong address.",
    fixes=("Set the option routers to 10.20.0.1 and restart kea.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=configure("names", "kea", router=WRONG),
    heal=steps(configure("names", "kea"), start("names", "kea")),
    shows=sees(offered, f"router {WRONG}"),
)
