"""The repository of the backups has another password than the backups use."""

from __future__ import annotations

from lab.breaking import Change
from lab.building import Premises
from lab.faults import Fault
from lab.people import PASSWORD
from lab.servers.backup_target import REPOSITORY
from lab.symptoms import fails, sees

OTHER = "sommaren-2019"
FILE = "/run/restic-password"


def exchange(old: str, new: str) -> Change:
    """Exchange the password of the repository, if it is the old one."""

    def change(premises: Premises) -> None:
        backup = premises["backup"]
        backup.write(FILE, new, mode=0o600)
        command = ("restic", "-q", "--no-cache", "-r", REPOSITORY, "key", "passwd", "--new-password-file", FILE)
        backup.run(*command, env={"RESTIC_PASSWORD": old}, check=False)
        backup.shell(f"chown -R --reference={REPOSITORY} {REPOSITORY}; rm {FILE}")

    return change


FAULT = Fault(
    name="backup-password-changed",
    area="backups",
    broken=f"The restic repository on the host backup has the password “{OTHER}”.",
    symptom="Nobody notices; the nightly backup fails, and nothing can be restored.",
    cause="The password was changed in the repository and not where backups are made.",
    fixes=("Set the repository's password back (restic key passwd).", "Give the backups the new password."),
    hosts=("backup", "watch"),
    hurts=frozenset(),
    inject=exchange(PASSWORD, OTHER),
    heal=exchange(OTHER, PASSWORD),
    shows=sees(fails("backup", "backup_target"), "wrong password"),
)
