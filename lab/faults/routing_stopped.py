"""The branch's router does not speak with its neighbour any more."""

from __future__ import annotations

from lab.breaking import start, steps, stop, until_well
from lab.faults import EVERYTHING, Fault
from lab.office import LINE
from lab.people import BRANCH
from lab.symptoms import away, both, connect, fails, sees

BGP = 179
"""The port that routers speak at."""

FAULT = Fault(
    name="routing-stopped",
    area="network",
    broken="FRR on router-sorfjord does not run.",
    symptom="At the harbour nothing works; at the headquarters everything does.",
    cause="The routing program (zebra, bgpd) is stopped, so neither router knows the other's network.",
    fixes=("Start FRR on router-sorfjord.",),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch", "names"),
    hurts=EVERYTHING,
    inject=stop("router-sorfjord", "frr"),
    heal=steps(start("router-sorfjord", "frr"), until_well(fails("names", "bind9", "backup"))),
    shows=both(sees(connect("router-norrvik", LINE[1], BGP), "refused"), away("backup")),
    sites=(BRANCH,),
)
