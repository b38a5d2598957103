"""The place for backups does not accept the key any more."""

from __future__ import annotations

from lab.breaking import STRANGER, admit
from lab.faults import Fault
from lab.servers.backup_target import ACCOUNT
from lab.symptoms import both, fails, port, sees, well

FAULT = Fault(
    name="backup-key-wrong",
    area="backups",
    broken="The account backup-store on the host backup has a stranger's key.",
    symptom="Nobody notices; the nightly backup fails.",
    cause="The key of the backup account was replaced.",
    fixes=("Enter the right public key for backup-store.", "Give the backup the key that is accepted."),
    hosts=("backup", "watch"),
    hurts=frozenset(),
    inject=admit("backup", ACCOUNT, "/srv/backup", STRANGER),
    heal=admit("backup", ACCOUNT, "/srv/backup"),
    shows=both(well(port("backup", 22)), sees(fails("backup", "backup_target"), "unable to open repository")),
)
