"""The place for backups does not accept the key any more."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.servers.sshd import key_of

FILE = "/srv/backup/.ssh/authorized_keys"
STRANGER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA stranger\n"


def inject(premises: Premises) -> None:
    """Put another key in its place."""
    premises["backup"].write(FILE, STRANGER, owner="backup-store")


def heal(premises: Premises) -> None:
    """Put the right one back."""
    public = key_of(premises["backup"].home).with_suffix(".pub").read_text(encoding="ascii")
    premises["backup"].write(FILE, public, owner="backup-store")


def shows(premises: Premises) -> str:
    """The machine is there, but the backups cannot be listed."""
    if symptoms.closed(premises["watch"], premises["backup"].address, 22):
        return ""
    return symptoms.unanswered(premises, "backup", "backup_target")


FAULT = Fault(
    name="backup-key-wrong",
    area="backups",
    broken="The account backup-store on the host backup has a stranger's key.",
    symptom="Nobody notices; the nightly backup fails.",
    cause="The key of the backup account was replaced.",
    fixes=("Enter the right public key for backup-store.", "Give the backup the key that is accepted."),
    hosts=("backup", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
)
