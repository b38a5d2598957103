"""The line between the sites has become very slow."""

from __future__ import annotations

from lab.breaking import shell
from lab.building import Premises
from lab.faults import Fault
from lab.people import BRANCH
from lab.symptoms import WATCH, delay

LONG = 100
"""Milliseconds; in health it is less than one."""


def shows(premises: Premises) -> str:
    """Large pings wait for one another."""
    milliseconds = delay(premises[WATCH], premises["backup"].address)
    return f"A large ping takes {milliseconds:.0f} ms" if milliseconds > LONG else ""


FAULT = Fault(
    name="line-slow",
    area="network",
    broken="The line from router-norrvik to router-sorfjord carries 100 kbit/s.",
    symptom="At the harbour everything works, but takes for ever.",
    cause="The line between the sites is overloaded or limited.",
    fixes=("Remove the limit on the interface “line” of router-norrvik.", "Have the line mended."),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch"),
    hurts=frozenset(),
    inject=shell("router-norrvik", "tc qdisc replace dev line root tbf rate 100kbit burst 3k latency 1s"),
    heal=shell("router-norrvik", "tc qdisc del dev line root 2>/dev/null || true"),
    shows=shows,
    sites=(BRANCH,),
    by_chance=True,
)
