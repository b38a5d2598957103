"""The time server does not run."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop it."""
    premises.server("names", "chrony").stop(premises["names"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("names", "chrony").run(premises["names"], premises["watch"])


def shows(premises: Premises) -> str:
    """Nobody answers what time it is."""
    return symptoms.unanswered(premises, "names", "chrony")


FAULT = Fault(
    name="clock-source-down",
    area="time",
    broken="chrony on the host names does not run.",
    symptom="Nobody notices for days; then signing in fails here and there, because clocks differ.",
    cause="The time server is stopped.",
    fixes=("Start chronyd on the host names.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
)
