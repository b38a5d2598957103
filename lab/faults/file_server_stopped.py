"""The file server's program does not run, though its machine does."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop Samba."""
    premises.server("files", "samba_files").stop(premises["files"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("files", "samba_files").run(premises["files"], premises["watch"])


def shows(premises: Premises) -> str:
    """The machine answers, but nobody listens for SMB."""
    machine, watch = premises["files"], premises["watch"]
    if symptoms.unreachable(watch, machine.address):
        return ""
    return symptoms.closed(watch, machine.address, 445)


FAULT = Fault(
    name="file-server-stopped",
    area="storage",
    broken="smbd on the host files does not run.",
    symptom="The common folders cannot be opened.",
    cause="Samba is stopped; machine and network are well.",
    fixes=("Start smbd on the host files.",),
    hosts=("files", "watch"),
    hurts=frozenset({"files"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
