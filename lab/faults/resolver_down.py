"""The name server does not run."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import EVERYTHING, Fault
from lab.symptoms import port_refused

FAULT = Fault(
    name="resolver-down",
    area="names",
    broken="BIND on the host names does not run.",
    symptom="Nothing works: neither the intranet nor mail, files or printers are found.",
    cause="The name server is stopped, and both sites depend on it.",
    fixes=("Start BIND (named) on the host names.",),
    hosts=("names", "watch"),
    hurts=EVERYTHING,
    inject=stop("names", "bind9"),
    heal=start("names", "bind9"),
    shows=port_refused("names", 53),
)
