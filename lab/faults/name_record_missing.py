"""The intranet's name has vanished from the name server."""

from __future__ import annotations

from lab.breaking import record
from lab.faults import Fault
from lab.office import ADDRESSES
from lab.people import DOMAIN
from lab.symptoms import nameless

RECORD = "intranet"

FAULT = Fault(
    name="name-record-missing",
    area="names",
    broken=f"The zone {DOMAIN} on the host names has no address for {RECORD}.",
    symptom="The browser does not find the intranet; everything else works.",
    cause=f"The A record of {RECORD}.{DOMAIN} was deleted.",
    fixes=(f"Add the A record {RECORD} with the address of the host web.",),
    hosts=("names", "web", "watch"),
    hurts=frozenset({"look-up", "web"}),
    inject=record(RECORD, "A", ""),
    heal=record(RECORD, "A", ADDRESSES[RECORD]),
    shows=nameless(f"{RECORD}.{DOMAIN}"),
)
