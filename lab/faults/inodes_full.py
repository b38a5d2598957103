"""The file server has space left, but no inode."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.symptoms import both, full, sees, user, well

FOLDER = "/srv/shares/cache"

FAULT = Fault(
    name="inodes-full",
    area="storage",
    broken=f"/srv on the host files has no free inode; {FOLDER} holds thousands of empty files.",
    symptom="Files can be read but not saved, although the disk is nearly empty.",
    cause="A program has filled a folder with empty files.",
    fixes=(f"Remove {FOLDER}.", "Make a file system with more inodes."),
    hosts=("files", "names", "work1"),
    hurts=frozenset({"files"}),
    inject=shell("files", f"mkdir -p {FOLDER}; cd {FOLDER}; seq 5000 | xargs touch 2>/dev/null || true"),
    heal=shell("files", f"rm -rf {FOLDER}"),
    shows=both(well(full("files", "/srv")), sees(user("files"), "DISK_FULL")),
)
