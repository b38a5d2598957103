"""A printer is switched off, though its network card still answers."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.people import HEADQUARTERS
from lab.symptoms import port_refused

FAULT = Fault(
    name="printer-off",
    area="printing",
    broken="The printer printer1 is off.",
    symptom="Nothing comes out of the printer at the headquarters; its display is dark.",
    cause="The printer was switched off.",
    fixes=("Switch printer1 on.",),
    hosts=("printer1", "watch"),
    hurts=frozenset({"print"}),
    inject=stop("printer1", "printer"),
    heal=start("printer1", "printer"),
    shows=port_refused("printer1", 8631),
    sites=(HEADQUARTERS,),
)
