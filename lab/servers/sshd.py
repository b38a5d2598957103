"""OpenSSH's server, with an account that technicians use by key."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lab.machines import Machine
from lab.processes import Service
from lab.servers import Server, Watch, port_watch

_making = threading.Lock()
CONFIGURATION = """
Port 22
HostKey /etc/ssh/lab_host_key
PidFile /run/sshd.pid
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 200:30:400
Subsystem sftp internal-sftp
"""


@dataclass(frozen=True)
class Sshd(Server):
    """Lets ``root`` and the account of technicians in with the lab's key."""

    kind: ClassVar[str] = "sshd"
    packages: ClassVar[tuple[str, ...]] = ("openssh-server",)
    programs: ClassVar[tuple[str, ...]] = ("sshd", "ssh", "ssh-keygen")

    account: str = "drift"

    def prepare(self, machine: Machine) -> None:
        """Make a host key and the account, and admit the lab's key."""
        public = key_of(machine.home).with_suffix(".pub").read_text(encoding="ascii")
        machine.shell(
            f"id {self.account} >/dev/null 2>&1"
            f" || useradd --create-home --shell /bin/bash --password '*' --groups adm,systemd-journal {self.account}\n"
            "rm -f /etc/ssh/lab_host_key*\n"
            "ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/lab_host_key\n"
            "install -d -m 755 /run/sshd"
        )
        for owner, home in ((self.account, f"/home/{self.account}"), ("root", "/root")):
            machine.write(f"{home}/.ssh/authorized_keys", public, owner=owner)
        machine.write("/etc/ssh/sshd_config", CONFIGURATION)

    def services(self, machine: Machine) -> list[Service]:
        """The listener; its children end with their sessions."""
        return [Service("sshd", ("/usr/sbin/sshd", "-D", "-e"), spares_sessions=True)]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Sign in with the key and run a command."""
        client.outside(*command(machine, self.account), "true")

    def watched(self, address: str) -> list[Watch]:
        """The listener greets."""
        return [port_watch("ssh", address, 22, "SSH-2.0")]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add the account and the file of its private key, which lies outside of the machine."""
        return {"address": machine.address, "account": self.account, "key": str(key_of(machine.home))}


def command(machine: Machine, account: str = "drift") -> list[str]:
    """The words before a command that is to run on ``machine`` through ssh."""
    options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=3"]
    words = [word for option in options for word in ("-o", option)]
    return ["ssh", "-F", "none", "-q", "-i", str(key_of(machine.home)), *words, f"{account}@{machine.address}"]


def key_of(home: Path) -> Path:
    """The private key of the lab's technicians; made at the first call."""
    key = home / "ssh_key"
    with _making:
        if not key.exists():
            partial = home / "ssh_key_new"
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(partial)], check=True
            )
            partial.with_suffix(".pub").rename(key.with_suffix(".pub"))
            partial.rename(key)
    return key
