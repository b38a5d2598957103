"""The file server's program does not run, though its machine does."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import port_refused

FAULT = Fault(
    name="file-server-stopped",
    area="storage",
    broken="smbd on the host files does not run.",
    symptom="The common folders cannot be opened.",
    cause="Samba is stopped; machine and network are well.",
    fixes=("Start smbd on the host files.",),
    hosts=("files", "watch"),
    hurts=frozenset({"files"}),
    inject=stop("files", "samba_files"),
    heal=start("files", "samba_files"),
    shows=port_refused("files", 445),
)
