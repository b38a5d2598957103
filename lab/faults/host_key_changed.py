"""The file server shows another ssh host key than before."""

from __future__ import annotations

from lab.breaking import restart, revive, shell, steps
from lab.building import Premises
from lab.faults import Fault
from lab.symptoms import WATCH, sees

ADDRESS = "10.20.0.12"
KNOWN = "/etc/ssh/ssh_known_hosts"
KEY = "/etc/ssh/lab_host_key"
RENEW = f"""
test -e {KEY}.old || (mv {KEY} {KEY}.old && mv {KEY}.pub {KEY}.old.pub && ssh-keygen -q -t ed25519 -N '' -f {KEY})
"""
RESTORE = f"test ! -e {KEY}.old || (mv {KEY}.old {KEY} && mv {KEY}.old.pub {KEY}.pub)"


def know(premises: Premises) -> None:
    """Let a technician's machine know the key that the server has before."""
    premises[WATCH].shell(f"test -s {KNOWN} || ssh-keyscan {ADDRESS} > {KNOWN}")


def warning(premises: Premises) -> str:
    """What ssh says to a technician."""
    options = ("-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=3")
    return premises[WATCH].run("ssh", *options, f"drift@{ADDRESS}", "true", check=False).stderr.strip()


FAULT = Fault(
    name="host-key-changed",
    area="remote access",
    broken="sshd on the host files has a new host key; technicians' machines know the old one.",
    symptom="Technicians see a large warning that the file server's identification has changed, and cannot sign in.",
    cause="The host keys were made anew when the server was installed again.",
    fixes=("Make sure that the new key is right, and replace it in known_hosts.", "Put the old host key back."),
    hosts=("files", "watch"),
    hurts=frozenset(),
    inject=steps(know, shell("files", RENEW), restart("files", "sshd")),
    heal=steps(shell(WATCH, f"rm -f {KNOWN}"), shell("files", RESTORE), revive("files", "sshd")),
    shows=sees(warning, "HAS CHANGED"),
)
