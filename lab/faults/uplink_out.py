"""The branch's switch has lost the cable to its router."""

from __future__ import annotations

from lab.breaking import link, steps, until_well
from lab.faults import EVERYTHING, Fault
from lab.office import LINE
from lab.people import BRANCH
from lab.symptoms import away, both, fails, ping, well

FAULT = Fault(
    name="uplink-out",
    area="network",
    broken="The port “router-sorfjord” of switch-sorfjord has no link.",
    symptom="At the harbour nothing works; not even the router there answers.",
    cause="The cable between switch and router is out.",
    fixes=("Put the cable back into the port.", "Switch the port on again."),
    hosts=("router-norrvik", "router-sorfjord", "switch-sorfjord", "backup", "watch", "names"),
    hurts=EVERYTHING,
    inject=link("switch-sorfjord", "router-sorfjord", "down"),
    heal=steps(link("switch-sorfjord", "router-sorfjord", "up"), until_well(fails("names", "bind9", "backup"))),
    shows=both(well(ping("router-norrvik", LINE[1])), away("backup", "router-sorfjord")),
    sites=(BRANCH,),
)
