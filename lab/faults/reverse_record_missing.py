"""The mail server's address has no name."""

from __future__ import annotations

from lab.breaking import record
from lab.faults import Fault
from lab.people import DOMAIN
from lab.symptoms import nameless

ZONE = "0.20.10.in-addr.arpa"

FAULT = Fault(
    name="reverse-record-missing",
    area="names",
    broken=f"The zone {ZONE} on the host names has no PTR record for the host mail.",
    symptom="Some of the world's mail servers refuse the office's mail; others take it.",
    cause="The PTR record of the mail server was not made when it moved.",
    fixes=("Add the PTR record for 10.20.0.13.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=record("13", "PTR", "", ZONE),
    heal=record("13", "PTR", f"mail.{DOMAIN}.", ZONE),
    shows=nameless(f"13.{ZONE}", "PTR"),
)
