"""The line between the sites loses half of what is sent."""

from __future__ import annotations

from lab.breaking import firewall, no_firewall
from lab.building import Premises
from lab.faults import Fault
from lab.people import BRANCH
from lab.symptoms import WATCH, lost

RULE = 'oifname "line" numgen random mod 100 < 50 drop'
LOSS = 20
"""Percent; less may be an accident, and so may be all but this."""


def shows(premises: Premises) -> str:
    """Many pings get no answer, and many do."""
    percent = lost(premises[WATCH], premises["backup"].address, 30)
    return f"{percent} % of the pings are lost" if LOSS < percent < 100 - LOSS else ""


FAULT = Fault(
    name="packets-lost",
    area="network",
    broken="The line from router-norrvik to router-sorfjord loses half of the packets.",
    symptom="At the harbour everything is slow, and some things fail now and then.",
    cause="The line between the sites is bad: it loses packets.",
    fixes=("Have the line mended.", "Replace the device at its end (here: remove the table weather)."),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch"),
    hurts=frozenset(),
    inject=firewall("router-norrvik", RULE, hook="forward", table="weather"),
    heal=no_firewall("router-norrvik", "weather"),
    shows=shows,
    sites=(BRANCH,),
    by_chance=True,
)
