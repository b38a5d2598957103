"""The folder behind the common share may be opened by nobody but root."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.symptoms import sees, user

FOLDER = "/srv/shares/everyone"

FAULT = Fault(
    name="share-permission-wrong",
    area="storage",
    broken=f"{FOLDER} on the host files has mode 700.",
    symptom="The common folder says that access is denied.",
    cause="The group everyone has lost its rights to the folder behind the share.",
    fixes=(f"Set the mode of {FOLDER} to 2770.",),
    hosts=("files", "names", "work1"),
    hurts=frozenset({"files"}),
    inject=shell("files", f"chmod 700 {FOLDER}"),
    heal=shell("files", f"chmod 2770 {FOLDER}"),
    shows=sees(user("files"), "ACCESS_DENIED"),
)
