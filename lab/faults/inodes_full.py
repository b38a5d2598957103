"""The file server has space left, but no inode."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault

FOLDER = "/srv/shares/cache"


def inject(premises: Premises) -> None:
    """Make empty files until no more can be made."""
    premises["files"].shell(f"mkdir -p {FOLDER}; cd {FOLDER}; seq 5000 | xargs touch 2>/dev/null || true")


def heal(premises: Premises) -> None:
    """Remove them."""
    premises["files"].run("rm", "-rf", FOLDER)


def shows(premises: Premises) -> str:
    """Somebody cannot save a file, although there is space."""
    free = premises["files"].shell("df --output=pcent /srv | tail -1").strip(" %\n")
    return symptoms.user_sees(premises, "files") if int(free) < 90 else ""


FAULT = Fault(
    name="inodes-full",
    area="storage",
    broken=f"/srv on the host files has no free inode; {FOLDER} holds thousands of empty files.",
    symptom="Files can be read but not saved, although the disk is nearly empty.",
    cause="A program has filled a folder with empty files.",
    fixes=(f"Remove {FOLDER}.", "Make a file system with more inodes."),
    hosts=("files", "names", "work1"),
    hurts=frozenset({"files"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
