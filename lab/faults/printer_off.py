"""A printer is switched off, though its network card still answers."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import HEADQUARTERS


def inject(premises: Premises) -> None:
    """Switch it off."""
    premises.server("printer1", "printer").stop(premises["printer1"])


def heal(premises: Premises) -> None:
    """Switch it on."""
    premises.server("printer1", "printer").run(premises["printer1"], premises["watch"])


def shows(premises: Premises) -> str:
    """Its address answers, but it takes no jobs."""
    machine, watch = premises["printer1"], premises["watch"]
    if symptoms.unreachable(watch, machine.address):
        return ""
    return symptoms.closed(watch, machine.address, 8631)


FAULT = Fault(
    name="printer-off",
    area="printing",
    broken="The printer printer1 is off.",
    symptom="Nothing comes out of the printer at the headquarters; its display is dark.",
    cause="The printer was switched off.",
    fixes=("Switch printer1 on.",),
    hosts=("printer1", "watch"),
    hurts=frozenset({"print"}),
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(HEADQUARTERS,),
)
