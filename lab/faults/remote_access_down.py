"""Technicians cannot get into the file server."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop sshd."""
    premises.server("files", "sshd").stop(premises["files"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("files", "sshd").run(premises["files"], premises["watch"])


def shows(premises: Premises) -> str:
    """The machine answers, but nobody listens for ssh."""
    machine, watch = premises["files"], premises["watch"]
    if symptoms.unreachable(watch, machine.address):
        return ""
    return symptoms.closed(watch, machine.address, 22)


FAULT = Fault(
    name="remote-access-down",
    area="remote access",
    broken="sshd on the host files does not run.",
    symptom="Nobody but technicians notices: they cannot sign in to the file server.",
    cause="sshd is stopped.",
    fixes=("Start sshd on the host files, from its console.",),
    hosts=("files", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
)
