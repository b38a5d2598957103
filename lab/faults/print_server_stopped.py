"""The print server's program does not run."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop CUPS."""
    premises.server("print", "cups").stop(premises["print"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("print", "cups").run(premises["print"], premises["watch"])


def shows(premises: Premises) -> str:
    """The machine answers, but nobody listens for print jobs."""
    machine, watch = premises["print"], premises["watch"]
    if symptoms.unreachable(watch, machine.address):
        return ""
    return symptoms.closed(watch, machine.address, 631)


FAULT = Fault(
    name="print-server-stopped",
    area="printing",
    broken="cupsd on the host print does not run.",
    symptom="No printer can be found, at either site.",
    cause="CUPS is stopped; the printers are well.",
    fixes=("Start cupsd on the host print.",),
    hosts=("print", "watch"),
    hurts=frozenset({"print"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
