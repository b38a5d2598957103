"""The folder behind the common share was renamed."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.symptoms import sees, user

OLD, NEW = "/srv/shares/everyone", "/srv/shares/everyone-old"

FAULT = Fault(
    name="share-path-gone",
    area="storage",
    broken="/srv/shares/everyone on the host files is now /srv/shares/everyone-old.",
    symptom="The common folder cannot be found; other folders open.",
    cause="The share points to a folder that does not exist.",
    fixes=("Rename the folder back.", "Let the share point to the new folder."),
    hosts=("files", "names", "work1"),
    hurts=frozenset({"files"}),
    inject=shell("files", f"test -e {NEW} || mv {OLD} {NEW}"),
    heal=shell("files", f"test ! -e {NEW} || mv {NEW} {OLD}"),
    shows=sees(user("files"), "BAD_NETWORK_NAME"),
)
