"""The disk of the file server is full."""

from __future__ import annotations

from lab.breaking import fill, shell
from lab.faults import Fault
from lab.symptoms import both, full, sees, user

HOG = "/srv/shares/old-backup.tar"

FAULT = Fault(
    name="disk-full",
    area="storage",
    broken=f"/srv on the host files is full; {HOG} takes nearly all of it.",
    symptom="Files can be read but not saved.",
    cause="A forgotten archive fills the disk of the shares.",
    fixes=(f"Remove or move {HOG}.", "Enlarge the disk."),
    hosts=("files", "names", "work1"),
    hurts=frozenset({"files"}),
    inject=fill("files", HOG),
    heal=shell("files", f"rm -f {HOG}"),
    shows=both(full("files", "/srv"), sees(user("files"), "DISK_FULL")),
)
