"""The branch's router expects a neighbour with another number."""

from __future__ import annotations

from lab.breaking import configure, start, steps, until_well
from lab.building import Premises
from lab.faults import EVERYTHING, Fault
from lab.office import LINE
from lab.people import BRANCH
from lab.servers.frr import summary
from lab.symptoms import away, both, connect, fails, well

BGP = 179
"""The port that routers speak at."""


def session(premises: Premises) -> str:
    """State of the session with the neighbour, when it is not the right one."""
    state = summary(premises["router-norrvik"]).get(LINE[1], "unknown")
    return "" if state == "Established" else f"The session with {LINE[1]} is {state}"


FAULT = Fault(
    name="routing-number-wrong",
    area="network",
    broken="router-sorfjord expects its neighbour in the autonomous system 65010; router-norrvik is in 65001.",
    symptom="At the harbour nothing works since the router's configuration was changed.",
    cause=f"A wrong remote-as for {LINE[0]} on router-sorfjord: the routers never agree.",
    fixes=("Set remote-as 65001 for the neighbour and restart FRR.",),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch", "names"),
    hurts=EVERYTHING,
    inject=configure("router-sorfjord", "frr", neighbours=((LINE[0], 65010),)),
    heal=steps(
        configure("router-sorfjord", "frr"),
        start("router-sorfjord", "frr"),
        until_well(fails("names", "bind9", "backup")),
    ),
    shows=both(well(connect("router-norrvik", LINE[1], BGP)), session, away("backup")),
    sites=(BRANCH,),
)
