"""The cable of the file server has been pulled out of the switch."""

from __future__ import annotations

from lab.breaking import link
from lab.faults import Fault
from lab.symptoms import away, both, port

FAULT = Fault(
    name="cable-out",
    area="network",
    broken="The port “files” of switch-norrvik has no link.",
    symptom="The common folders cannot be opened.",
    cause="The cable between the file server and its switch is out.",
    fixes=("Put the cable back into the port.", "Switch the port on again."),
    hosts=("files", "switch-norrvik", "watch"),
    hurts=frozenset({"files"}),
    inject=link("switch-norrvik", "files", "down"),
    heal=link("switch-norrvik", "files", "up"),
    shows=both(port("files", 445), away("files")),
)
