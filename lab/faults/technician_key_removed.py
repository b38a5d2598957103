"""The technicians' key is not admitted at the web server any more."""

from __future__ import annotations

from lab.breaking import STRANGER, admit
from lab.faults import Fault
from lab.symptoms import both, fails, port, well

ACCOUNT = "drift"

FAULT = Fault(
    name="technician-key-removed",
    area="remote access",
    broken="The account drift on the host web admits a stranger's key only.",
    symptom="Technicians are refused at the web server: “Permission denied (publickey)”.",
    cause="The technicians' key was removed from authorized_keys.",
    fixes=("Enter the technicians' public key for drift (~drift/.ssh/authorized_keys).",),
    hosts=("web", "watch"),
    hurts=frozenset(),
    inject=admit("web", ACCOUNT, f"/home/{ACCOUNT}", STRANGER),
    heal=admit("web", ACCOUNT, f"/home/{ACCOUNT}"),
    shows=both(well(port("web", 22)), fails("web", "sshd")),
)
