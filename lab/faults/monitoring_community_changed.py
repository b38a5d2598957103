"""The file server's SNMP agent has another community than the one that monitoring uses."""

from __future__ import annotations

import dataclasses

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.servers.snmpd import Snmpd


def configure(premises: Premises, server: Snmpd) -> None:
    """Let the agent run with these settings."""
    files = premises["files"]
    server.stop(files)
    server.prepare(files)
    server.run(files, premises["watch"])


def inject(premises: Premises) -> None:
    """Change the community at the agent only."""
    configure(premises, dataclasses.replace(Snmpd(), community="changed-by-hand"))


def heal(premises: Premises) -> None:
    """Change it back."""
    configure(premises, Snmpd())


def shows(premises: Premises) -> str:
    """The agent runs, but does not answer to the usual community."""
    if not premises["files"].runs("snmpd"):
        return ""
    return symptoms.unanswered(premises, "files", "snmpd")


FAULT = Fault(
    name="monitoring-community-changed",
    area="monitoring",
    broken="snmpd on the host files answers to another community than the other machines.",
    symptom="Users notice nothing; the curves of the file server have a gap.",
    cause="The community was changed at the agent and not in monitoring.",
    fixes=("Set the same community at the agent and in monitoring.",),
    hosts=("files", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
)
