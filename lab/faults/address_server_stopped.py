"""Nobody gives addresses to workstations."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop kea."""
    premises.server("names", "kea").stop(premises["names"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("names", "kea").run(premises["names"], premises["watch"])


def shows(premises: Premises) -> str:
    """Another machine asks for an address and hears nothing; names are answered."""
    if symptoms.unanswered(premises, "names", "bind9"):
        return ""
    return symptoms.unanswered(premises, "names", "kea")


FAULT = Fault(
    name="address-server-stopped",
    area="addresses",
    broken="kea on the host names does not run.",
    symptom="A computer that is switched on now has no network; those that were on before work for a while.",
    cause="The DHCP server is stopped.",
    fixes=("Start kea-dhcp4 on the host names.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
    patience=30,
)
