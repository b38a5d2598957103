"""The line between the sites swallows large packets without a word."""

from __future__ import annotations

from lab.breaking import firewall, no_firewall
from lab.building import Premises
from lab.faults import Fault
from lab.people import BRANCH
from lab.symptoms import WATCH, away, both, delay, well

RULE = 'oifname "line" meta length > 1000 drop'


def large(premises: Premises) -> str:
    """Whether large pings get lost."""
    return "" if delay(premises[WATCH], premises["backup"].address, 2) else "Large pings do not come back"


FAULT = Fault(
    name="large-packets-lost",
    area="network",
    broken="router-norrvik drops packets of more than 1000 bytes on the line.",
    symptom="At the harbour small things work and large ones hang: opening a folder does, saving a file does not.",
    cause="The line carries packets up to 1000 bytes only, and the message that tells senders so is suppressed.",
    fixes=("Remove the table weather.", "Set the MTU of the line to 1000 at both routers."),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch"),
    hurts=frozenset(),
    inject=firewall("router-norrvik", RULE, hook="forward", table="weather"),
    heal=no_firewall("router-norrvik", "weather"),
    shows=both(well(away("backup")), large),
    sites=(BRANCH,),
    by_chance=True,
)
