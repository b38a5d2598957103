"""The DHCP server hands out a gateway that does not exist."""

from __future__ import annotations

import dataclasses

from lab.building import Premises
from lab.faults import Fault
from lab.faults.addresses_exhausted import configure, own

SCRIPT = "/opt/show-offer"
WRONG = "10.20.0.254"


def inject(premises: Premises) -> None:
    """Let kea hand it out."""
    configure(premises, dataclasses.replace(own(premises), router=WRONG))


def heal(premises: Premises) -> None:
    """Let it hand out the router again."""
    configure(premises, own(premises))
    own(premises).run(premises["names"], premises["watch"])


def shows(premises: Premises) -> str:
    """The offer names a gateway that is not the router."""
    said = offered(premises)
    return said.strip() if f"router={WRONG}" in said else ""


def offered(premises: Premises) -> str:
    """What a machine is offered that asks now; it takes nothing of it."""
    ask = ("busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t3", "-T1", "-s", SCRIPT)
    premises["watch"].write(SCRIPT, "#!/bin/sh\necho router=$router dns=$dns\n", mode=0o755)
    return premises["watch"].run(*ask, check=False).stdout


FAULT = Fault(
    name="gateway-handed-out-wrong",
    area="addresses",
    broken="kea on the host names hands out 10.20.0.254 as the gateway.",
    symptom="A computer that is switched on now reaches the own site and nothing beyond.",
    cause="The DHCP option routers has a wrong address.",
    fixes=("Set the option routers to 10.20.0.1 and restart kea.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
)
