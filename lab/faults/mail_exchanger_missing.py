"""The domain does not say who takes its mail."""

from __future__ import annotations

from lab.breaking import record
from lab.faults import Fault
from lab.people import DOMAIN
from lab.symptoms import nameless

FAULT = Fault(
    name="mail-exchanger-missing",
    area="names",
    broken=f"The zone {DOMAIN} on the host names has no MX record.",
    symptom="Mail from outside does not arrive any more; mail within the office does.",
    cause="The MX record of the domain was deleted.",
    fixes=(f"Add the MX record with mail.{DOMAIN} to the zone.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=record("@", "MX", ""),
    heal=record("@", "MX", f"10 mail.{DOMAIN}."),
    shows=nameless(DOMAIN, "MX"),
)
