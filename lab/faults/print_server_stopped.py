"""The print server's program does not run."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import port_refused

FAULT = Fault(
    name="print-server-stopped",
    area="printing",
    broken="cupsd on the host print does not run.",
    symptom="No printer can be found, at either site.",
    cause="CUPS is stopped; the printers are well.",
    fixes=("Start cupsd on the host print.",),
    hosts=("print", "watch"),
    hurts=frozenset({"print"}),
    inject=stop("print", "cups"),
    heal=start("print", "cups"),
    shows=port_refused("print", 631),
)
