"""There is no space left for backups."""

from __future__ import annotations

import uuid

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.servers.backup_target import restic

HOG = "/srv/disk-image.raw"


def inject(premises: Premises) -> None:
    """Fill the disk."""
    premises["backup"].shell(f"dd if=/dev/zero of={HOG} bs=1M 2>/dev/null || true")


def heal(premises: Premises) -> None:
    """Make space, and remove the lock that a failed backup leaves."""
    premises["backup"].run("rm", "-f", HOG)
    restic(premises["backup"], premises["watch"], "unlock")


def shows(premises: Premises) -> str:
    """A small backup fails."""
    return symptoms.failure(lambda: back_up(premises))


def back_up(premises: Premises) -> None:
    """Back up a file that was not there before."""
    file = premises["backup"].home / "to-back-up"
    file.write_text(str(uuid.uuid4()), encoding="ascii")
    restic(premises["backup"], premises["watch"], "backup", str(file))


FAULT = Fault(
    name="backup-target-full",
    area="backups",
    broken="/srv on the host backup is full.",
    symptom="Nobody notices; the nightly backup fails.",
    cause="A disk image fills the place for backups.",
    fixes=(f"Remove or move {HOG}.", "Forget old backups and prune."),
    hosts=("backup", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
    patience=60,
)
