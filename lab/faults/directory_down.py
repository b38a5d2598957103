"""The directory does not run."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import port_refused

FAULT = Fault(
    name="directory-down",
    area="accounts",
    broken="slapd on the host directory does not run.",
    symptom="Nobody can sign in.",
    cause="The LDAP server is stopped.",
    fixes=("Start slapd on the host directory.",),
    hosts=("directory", "watch"),
    hurts=frozenset({"sign-in"}),
    inject=stop("directory", "slapd"),
    heal=start("directory", "slapd"),
    shows=port_refused("directory", 389),
)
