"""There is no space left for backups."""

from __future__ import annotations

from lab.breaking import fill, shell, steps
from lab.building import Premises
from lab.faults import Fault
from lab.servers.backup_target import ACCOUNT, restic
from lab.servers.sshd import command
from lab.symptoms import WATCH

HOG = "/srv/disk-image.raw"


def unlock(premises: Premises) -> None:
    """Remove the lock that a failed backup leaves."""
    restic(premises["backup"], premises[WATCH], "unlock")


def shows(premises: Premises) -> str:
    """The account of the backups cannot save a small file, although it gets in."""
    enter = command(premises["backup"], ACCOUNT)
    save = "head -c 200000 /dev/zero > probe; error=$?; rm -f probe; exit $error"
    done = premises[WATCH].outside(*enter, save, check=False)
    return done.stderr.strip() if "No space" in done.stderr else ""


FAULT = Fault(
    name="backup-target-full",
    area="backups",
    broken="/srv on the host backup is full.",
    symptom="Nobody notices; the nightly backup fails.",
    cause="A disk image fills the place for backups.",
    fixes=(f"Remove or move {HOG}.", "Forget old backups and prune."),
    hosts=("backup", "watch"),
    hurts=frozenset(),
    inject=fill("backup", HOG),
    heal=steps(shell("backup", f"rm -f {HOG}"), unlock),
    shows=shows,
)
