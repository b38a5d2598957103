"""The DHCP server hands out a name server that does not exist."""

from __future__ import annotations

import dataclasses

from lab.building import Premises
from lab.faults import Fault
from lab.faults.addresses_exhausted import configure, own
from lab.faults.gateway_handed_out_wrong import offered

WRONG = "10.20.0.53"


def inject(premises: Premises) -> None:
    """Let kea hand it out."""
    configure(premises, dataclasses.replace(own(premises), resolver=WRONG))


def heal(premises: Premises) -> None:
    """Let it hand out the right one again."""
    configure(premises, own(premises))
    own(premises).run(premises["names"], premises["watch"])


def shows(premises: Premises) -> str:
    """The offer names a server that knows no names."""
    said = offered(premises)
    return said.strip() if f"dns={WRONG}" in said else ""


FAULT = Fault(
    name="resolver-handed-out-wrong",
    area="addresses",
    broken="kea on the host names hands out 10.20.0.53 as the name server.",
    symptom="A computer that is switched on now has a network, but finds nothing by name.",
    cause="The DHCP option domain-name-servers has a wrong address.",
    fixes=("Set the option domain-name-servers to 10.20.0.14 and restart kea.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
)
