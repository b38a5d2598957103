"""There is no space left for backups."""

from __future__ import annotations

from lab.building import Premises
from lab.faults import Fault
from lab.servers.backup_target import ACCOUNT, restic
from lab.servers.sshd import command

HOG = "/srv/disk-image.raw"


def inject(premises: Premises) -> None:
    """Fill the disk."""
    premises["backup"].shell(f"(cat /dev/zero > {HOG}; dd if=/dev/zero bs=4k >> {HOG}) 2>/dev/null || true")


def heal(premises: Premises) -> None:
    """Make space, and remove the lock that a failed backup leaves."""
    premises["backup"].run("rm", "-f", HOG)
    restic(premises["backup"], premises["watch"], "unlock")


def shows(premises: Premises) -> str:
    """The account of the backups cannot save a small file, although it gets in."""
    enter = command(premises["backup"], ACCOUNT)
    done = premises["watch"].outside(
        *enter, "head -c 200000 /dev/zero > probe; error=$?; rm -f probe; exit $error", check=False
    )
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
    inject=inject,
    heal=heal,
    shows=shows,
)
