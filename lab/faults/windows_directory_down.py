"""The domain controller's program does not run."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import port_refused

FAULT = Fault(
    name="windows-directory-down",
    area="accounts",
    broken="Samba on the domain controller dc1 does not run.",
    symptom="Windows accounts cannot sign in; other accounts can.",
    cause="The only domain controller is stopped.",
    fixes=("Start Samba on dc1.",),
    hosts=("dc1", "watch"),
    hurts=frozenset({"windows"}),
    inject=stop("dc1", "samba_ad"),
    heal=start("dc1", "samba_ad"),
    shows=port_refused("dc1", 636),
)
