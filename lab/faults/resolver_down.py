"""The name server does not run."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import EVERYTHING, Fault


def inject(premises: Premises) -> None:
    """Stop it."""
    premises.server("names", "bind9").stop(premises["names"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("names", "bind9").run(premises["names"], premises["watch"])


def shows(premises: Premises) -> str:
    """The machine is there, but names are not answered."""
    if symptoms.unreachable(premises["watch"], premises["names"].address):
        return ""
    return symptoms.unanswered(premises, "names", "bind9")


FAULT = Fault(
    name="resolver-down",
    area="names",
    broken="BIND on the host names does not run.",
    symptom="Nothing works: neither the intranet nor mail, files or printers are found.",
    cause="The name server is stopped, and both sites depend on it.",
    fixes=("Start BIND (named) on the host names.",),
    hosts=("names", "watch"),
    hurts=EVERYTHING,
    inject=inject,
    heal=heal,
    shows=shows,
)
