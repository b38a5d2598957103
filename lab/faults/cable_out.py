"""The cable of the file server has been pulled out of the switch."""

from __future__ import annotations

from lab import namespaces, symptoms
from lab.building import Premises
from lab.faults import Fault

PORT = "files"


def inject(premises: Premises) -> None:
    """Switch the port off."""
    namespaces.ip(premises["switch-norrvik"].pid, f"link set {PORT} down")


def heal(premises: Premises) -> None:
    """Switch it on."""
    namespaces.ip(premises["switch-norrvik"].pid, f"link set {PORT} up")


def shows(premises: Premises) -> str:
    """The machine does not answer at all."""
    return symptoms.unreachable(premises["watch"], premises["files"].address)


FAULT = Fault(
    name="cable-out",
    area="network",
    broken="The port “files” of switch-norrvik has no link.",
    symptom="The common folders cannot be opened.",
    cause="The cable between the file server and its switch is out.",
    fixes=("Put the cable back into the port.", "Switch the port on again."),
    hosts=("files", "switch-norrvik", "watch"),
    hurts=frozenset({"files"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
