"""The calendar server does not run."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop it."""
    premises.server("mail", "radicale").stop(premises["mail"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("mail", "radicale").run(premises["mail"], premises["watch"])


def shows(premises: Premises) -> str:
    """Nothing listens where calendar programs connect."""
    return symptoms.closed(premises["watch"], premises["mail"].address, 5232)


FAULT = Fault(
    name="calendar-down",
    area="calendars",
    broken="Radicale on the host mail does not run.",
    symptom="Calendars are not brought up to date.",
    cause="The calendar server is stopped.",
    fixes=("Start radicale on the host mail.",),
    hosts=("mail", "watch"),
    hurts=frozenset({"calendar"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
