"""The headquarters' router sends everything for the branch into nothing."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import EVERYTHING, Fault
from lab.office import LINE
from lab.people import BRANCH
from lab.symptoms import away, both, ping, well

ROUTE = "blackhole 10.30.0.0/24 metric 1"

FAULT = Fault(
    name="route-missing",
    area="network",
    broken="router-norrvik has a static blackhole route for the branch's network.",
    symptom="At the harbour nothing works; at the headquarters everything does. The line itself is up.",
    cause="A static route to nowhere hides the one that BGP has learnt.",
    fixes=("Remove the static route for 10.30.0.0/24 on router-norrvik.",),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch"),
    hurts=EVERYTHING - {"look-up"},
    inject=shell("router-norrvik", f"ip route replace {ROUTE}"),
    heal=shell("router-norrvik", f"ip route del {ROUTE} 2>/dev/null || true"),
    shows=both(well(ping("router-norrvik", LINE[1])), away("router-sorfjord"), away("backup")),
    sites=(BRANCH,),
)
