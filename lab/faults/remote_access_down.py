"""Technicians cannot get into the file server."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import port_refused

FAULT = Fault(
    name="remote-access-down",
    area="remote access",
    broken="sshd on the host files does not run.",
    symptom="Nobody but technicians notices: they cannot sign in to the file server.",
    cause="sshd is stopped.",
    fixes=("Start sshd on the host files, from its console.",),
    hosts=("files", "watch"),
    hurts=frozenset(),
    inject=stop("files", "sshd"),
    heal=start("files", "sshd"),
    shows=port_refused("files", 22),
)
