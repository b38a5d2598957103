"""The line between the sites loses half of what is sent."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import BRANCH

RULES = """
table inet weather {
  chain line {
    type filter hook forward priority 0; policy accept;
    oifname "line" numgen random mod 100 < 50 drop
  }
}
"""
REMOVE = "nft delete table inet weather 2>/dev/null || true"
LOSS = 20


def inject(premises: Premises) -> None:
    """Drop by the throw of a coin."""
    premises["router-norrvik"].shell(f"{REMOVE}; nft -f -", text=RULES)


def heal(premises: Premises) -> None:
    """Drop nothing."""
    premises["router-norrvik"].shell(REMOVE)


def shows(premises: Premises) -> str:
    """Many pings get no answer, and many do."""
    percent = symptoms.lost(premises["watch"], premises["backup"].address, 30)
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
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(BRANCH,),
    by_chance=True,
)
