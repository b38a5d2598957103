"""The branch's router does not speak with its neighbour any more."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import EVERYTHING, Fault
from lab.office import LINE
from lab.people import BRANCH
from lab.symptoms import away, both, connect, sees

BGP = 179
"""The port that routers speak at."""

FAULT = Fault(
    name="routing-stopped",
    area="network",
    broken="FRR on router-sorfjord does not run.",
    symptom="At the harbour nothing works; at the headquarters everything does.",
    cause="The routing program (zebra, bgpd) is stopped, so neither router knows the other's network.",
    fixes=("Start FRR on router-sorfjord.",),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch"),
    hurts=EVERYTHING,
    inject=stop("router-sorfjord", "frr"),
    heal=start("router-sorfjord", "frr"),
    shows=both(sees(connect("router-norrvik", LINE[1], BGP), "refused"), away("backup")),
    sites=(BRANCH,),
    patience=30,
)
