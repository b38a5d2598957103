"""A backup that was interrupted has left its lock in the repository."""

from __future__ import annotations

from lab.building import Premises
from lab.faults import Fault
from lab.people import PASSWORD
from lab.servers.backup_target import REPOSITORY, restic
from lab.symptoms import WATCH, fails, sees

#: Takes the lock, waits for a password that never comes, and is killed when the lock is there.
SCRIPT = f"""
test -z "$(ls {REPOSITORY}/locks)" || exit 0
rm -f /run/never; mkfifo -m 600 /run/never
restic -q --no-cache -r {REPOSITORY} key passwd --new-password-file /run/never &
for _ in $(seq 200); do test -n "$(ls {REPOSITORY}/locks)" && break; sleep 0.1; done
kill -9 $!
rm /run/never
chown -R --reference={REPOSITORY} {REPOSITORY}/locks
"""


def interrupt(premises: Premises) -> None:
    """Leave a lock behind."""
    premises["backup"].shell(SCRIPT, env={"RESTIC_PASSWORD": PASSWORD})


def unlock(premises: Premises) -> None:
    """Remove every lock."""
    restic(premises["backup"], premises[WATCH], "unlock", "--remove-all")


FAULT = Fault(
    name="backup-locked",
    area="backups",
    broken="The restic repository on the host backup holds an exclusive lock of a program that does not run any more.",
    symptom="Nobody notices; the nightly backup fails because the repository is locked.",
    cause="Somebody's change of the repository's password was interrupted (restic key passwd); its lock stayed.",
    fixes=("Remove the stale lock (restic unlock on the host backup; elsewhere with --remove-all).",),
    hosts=("backup", "watch"),
    hurts=frozenset(),
    inject=interrupt,
    heal=unlock,
    shows=sees(fails("backup", "backup_target"), "already locked"),
)
