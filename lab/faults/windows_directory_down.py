"""The domain controller's program does not run."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop Samba."""
    premises.server("dc1", "samba_ad").stop(premises["dc1"])


def heal(premises: Premises) -> None:
    """Start it, and wait until it takes sign-ins."""
    premises.server("dc1", "samba_ad").run(premises["dc1"], premises["watch"])


def shows(premises: Premises) -> str:
    """The machine answers, but nobody listens for LDAPS."""
    machine, watch = premises["dc1"], premises["watch"]
    if symptoms.unreachable(watch, machine.address):
        return ""
    return symptoms.closed(watch, machine.address, 636)


FAULT = Fault(
    name="windows-directory-down",
    area="accounts",
    broken="Samba on the domain controller dc1 does not run.",
    symptom="Windows accounts cannot sign in; other accounts can.",
    cause="The only domain controller is stopped.",
    fixes=("Start Samba on dc1.",),
    hosts=("dc1", "watch"),
    hurts=frozenset({"windows"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
