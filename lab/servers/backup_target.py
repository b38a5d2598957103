"""A place for backups: an account that may only transfer files, and a restic repository in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.people import PASSWORD
from lab.processes import LabError, Service
from lab.servers import Server
from lab.servers.sshd import Sshd, command, key_of

ACCOUNT = "backup-store"
REPOSITORY = "/srv/backup/office"


@dataclass(frozen=True)
class BackupTarget(Server):
    """Keeps the backups of the office."""

    kind: ClassVar[str] = "backup_target"
    packages: ClassVar[tuple[str, ...]] = ("restic", *Sshd.packages)
    programs: ClassVar[tuple[str, ...]] = ("restic", *Sshd.programs)
    ready_within: ClassVar[float] = 8

    def prepare(self, machine: Machine) -> None:
        """Make the account and an empty repository."""
        Sshd().prepare(machine)
        machine.shell(f"id {ACCOUNT} >/dev/null 2>&1 || useradd --home-dir /srv/backup --password '*' {ACCOUNT}")
        machine.directory("/srv/backup", owner=ACCOUNT)
        public = key_of(machine.home).with_suffix(".pub").read_text(encoding="ascii")
        machine.write("/srv/backup/.ssh/authorized_keys", public, owner=ACCOUNT)
        environment = {"RESTIC_PASSWORD": PASSWORD}
        machine.shell(f"rm -rf {REPOSITORY}; restic -q --no-cache -r {REPOSITORY} init", env=environment)
        machine.run("chown", "-R", f"{ACCOUNT}:", REPOSITORY)

    def services(self, machine: Machine) -> list[Service]:
        """The server that lets the account in."""
        return Sshd().services(machine)

    def ask(self, machine: Machine, client: Machine) -> None:
        """List the backups."""
        restic(machine, client, "snapshots")

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add the repository, its password and the key of its account, which lies outside of the machine."""
        url = f"sftp:{ACCOUNT}@{machine.address}:{REPOSITORY}"
        return {"address": machine.address, "url": url, "password": PASSWORD, "key": str(key_of(machine.home))}


def restic(machine: Machine, client: Machine, *words: str, password: str = PASSWORD) -> str:
    """Run restic in the network of ``client`` on the repository of ``machine``, and return what it prints."""
    transport = " ".join([*command(machine, ACCOUNT), "-s", "sftp"])
    url = f"sftp:{ACCOUNT}@{machine.address}:{REPOSITORY}"
    environment = {"RESTIC_PASSWORD": password, "TMPDIR": os.environ.get("TMPDIR", "/tmp")}
    program = ("restic", "--no-cache", "-r", url, "-o", f"sftp.command={transport}", *words)
    done = client.outside(*program, check=False, seconds=60, env=environment)
    if done.returncode:
        raise LabError(f"restic {words[0]} failed: {done.stderr.strip()}")
    return done.stdout
