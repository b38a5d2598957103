"""The disk of the file server is full."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault

HOG = "/srv/shares/old-backup.tar"


def inject(premises: Premises) -> None:
    """Write a file until nothing more fits."""
    premises["files"].shell(f"(cat /dev/zero > {HOG}; dd if=/dev/zero bs=4k >> {HOG}) 2>/dev/null || true")


def heal(premises: Premises) -> None:
    """Remove it."""
    premises["files"].run("rm", "-f", HOG)


def shows(premises: Premises) -> str:
    """Somebody cannot save a file, because of the disk."""
    error = symptoms.user_sees(premises, "files")
    return error if "DISK_FULL" in error else ""


FAULT = Fault(
    name="disk-full",
    area="storage",
    broken=f"/srv on the host files is full; {HOG} takes nearly all of it.",
    symptom="Files can be read but not saved.",
    cause="A forgotten archive fills the disk of the shares.",
    fixes=(f"Remove or move {HOG}.", "Enlarge the disk."),
    hosts=("files", "names", "work1"),
    hurts=frozenset({"files"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
