"""The directory does not run."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop it."""
    premises.server("directory", "slapd").stop(premises["directory"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("directory", "slapd").run(premises["directory"], premises["watch"])


def shows(premises: Premises) -> str:
    """Nothing listens."""
    return symptoms.closed(premises["watch"], premises["directory"].address, 389)


FAULT = Fault(
    name="directory-down",
    area="accounts",
    broken="slapd on the host directory does not run.",
    symptom="Nobody can sign in.",
    cause="The LDAP server is stopped.",
    fixes=("Start slapd on the host directory.",),
    hosts=("directory", "watch"),
    hurts=frozenset({"sign-in"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
