"""The headquarters' router sends everything for the branch into nothing."""

from __future__ import annotations

from lab import namespaces, symptoms
from lab.building import Premises
from lab.faults import EVERYTHING, Fault
from lab.people import BRANCH

ROUTE = "blackhole 10.30.0.0/24 metric 1"


def inject(premises: Premises) -> None:
    """Add a static route that is better than the right one."""
    namespaces.ip(premises["router-norrvik"].pid, f"route replace {ROUTE}")


def heal(premises: Premises) -> None:
    """Remove it, if it is there."""
    premises["router-norrvik"].run("ip", "route", "del", *ROUTE.split(), check=False)


def shows(premises: Premises) -> str:
    """The branch is out of reach, although the routers speak with each other."""
    if symptoms.lost(premises["router-norrvik"], "10.10.0.2", 3):
        return ""
    return symptoms.unreachable(premises["watch"], premises["backup"].address)


FAULT = Fault(
    name="route-missing",
    area="network",
    broken="router-norrvik has a static blackhole route for the branch's network.",
    symptom="At the harbour nothing works; at the headquarters everything does. The line itself is up.",
    cause="A static route to nowhere hides the one that BGP has learnt.",
    fixes=("Remove the static route for 10.30.0.0/24 on router-norrvik.",),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch"),
    hurts=EVERYTHING - {"look-up"},
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(BRANCH,),
)
