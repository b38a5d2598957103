"""The line between the sites is interrupted."""

from __future__ import annotations

from lab.breaking import link, steps, until_well
from lab.faults import EVERYTHING, Fault
from lab.people import BRANCH
from lab.symptoms import away, both, fails

FAULT = Fault(
    name="line-down",
    area="network",
    broken="The line between router-norrvik and router-sorfjord has no carrier.",
    symptom="At the harbour nothing works; at the headquarters everything does.",
    cause="The line between the sites is interrupted.",
    fixes=("Have the line mended.", "Switch the interface “line” on again."),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch", "names"),
    hurts=EVERYTHING,
    inject=link("router-norrvik", "line", "down"),
    heal=steps(link("router-norrvik", "line", "up"), until_well(fails("names", "bind9", "backup"))),
    shows=both(away("router-sorfjord"), away("backup")),
    sites=(BRANCH,),
)
