"""The line between the sites is interrupted."""

from __future__ import annotations

from lab import namespaces, symptoms
from lab.building import Premises
from lab.faults import EVERYTHING, Fault
from lab.people import BRANCH


def inject(premises: Premises) -> None:
    """Interrupt it at the headquarters."""
    namespaces.ip(premises["router-norrvik"].pid, "link set line down")


def heal(premises: Premises) -> None:
    """Mend it; the routers find each other by themselves."""
    namespaces.ip(premises["router-norrvik"].pid, "link set line up")


def shows(premises: Premises) -> str:
    """No machine at the branch answers."""
    return symptoms.unreachable(premises["watch"], premises["backup"].address)


FAULT = Fault(
    name="line-down",
    area="network",
    broken="The line between router-norrvik and router-sorfjord has no carrier.",
    symptom="At the harbour nothing works; at the headquarters everything does.",
    cause="The line between the sites is interrupted.",
    fixes=("Have the line mended.", "Switch the interface “line” on again."),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch"),
    hurts=EVERYTHING,
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(BRANCH,),
    patience=30,
)
