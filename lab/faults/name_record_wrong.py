"""The intranet's name leads to an address where nobody is."""

from __future__ import annotations

from lab.breaking import record
from lab.faults import Fault
from lab.office import ADDRESSES
from lab.people import DOMAIN
from lab.symptoms import answers, sees

RECORD = "intranet"
NOBODY = "10.20.0.99"

FAULT = Fault(
    name="name-record-wrong",
    area="names",
    broken=f"The name {RECORD}.{DOMAIN} leads to {NOBODY}, where there is no machine.",
    symptom="The browser cannot reach the intranet.",
    cause=f"The A record of {RECORD}.{DOMAIN} has a wrong address.",
    fixes=("Correct the A record to the address of the host web.",),
    hosts=("names", "web", "watch"),
    hurts=frozenset({"web"}),
    inject=record(RECORD, "A", NOBODY),
    heal=record(RECORD, "A", ADDRESSES[RECORD]),
    shows=sees(answers("names", f"{RECORD}.{DOMAIN}"), NOBODY),
)
