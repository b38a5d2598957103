"""Samba as a file server: a share for everybody, and one for each group that has one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab import people
from lab.machines import Machine
from lab.people import PASSWORD, PEOPLE
from lab.processes import Service
from lab.servers import Server, Watch, port_watch

ROOT = "/srv/shares"
CONFIGURATION = """
[global]
  workgroup = NORRVIK
  server role = standalone server
  server min protocol = SMB2
  disable netbios = yes
  load printers = no
  log level = 1
  logging = file
  log file = /var/log/samba/log.smbd
  map to guest = never
"""
SHARE = """
[{name}]
  path = {root}/{name}
  valid users = @{name}
  read only = no
  create mask = 0660
  directory mask = 0770
"""


@dataclass(frozen=True)
class SambaFiles(Server):
    """The file server of the office."""

    kind: ClassVar[str] = "samba_files"
    packages: ClassVar[tuple[str, ...]] = ("samba", "smbclient")
    programs: ClassVar[tuple[str, ...]] = ("smbd", "smbclient", "pdbedit", "smbpasswd")
    ready_within: ClassVar[float] = 4

    shares: tuple[str, ...] = ("everyone", "economy", "it", "communication", "school", "building")

    def prepare(self, machine: Machine) -> None:
        """Make accounts, groups, folders with a first file in each, and the configuration."""
        machine.shell(
            "rm -rf /var/lib/samba /var/cache/samba /run/samba\n"
            "mkdir -p /var/lib/samba/private /var/cache/samba /run/samba /var/log/samba"
        )
        machine.shell("grep -q ^ann.akesson: /etc/passwd || cat >> /etc/passwd", text=_accounts())
        machine.shell("grep -q :ann.akesson, /etc/group || cat >> /etc/group", text=_groups())
        shares = "".join(SHARE.format(name=name, root=ROOT) for name in self.shares)
        machine.write("/etc/samba/smb.conf", CONFIGURATION + shares)
        for name in self.shares:
            machine.write(f"{ROOT}/{name}/läs-mig.txt", f"Detta är {name}s mapp.\n")
            machine.shell(f"chgrp -R {name} {ROOT}/{name}; chmod 2770 {ROOT}/{name}; chmod 660 {ROOT}/{name}/*")
        set_passwords(machine)

    def services(self, machine: Machine) -> list[Service]:
        """The listener; it has a child for every connection."""
        return [Service("smbd", ("smbd", "-F", "--no-process-group", "--debug-stdout"))]

    def ask(self, machine: Machine, client: Machine) -> None:
        """List a share as somebody who may."""
        read_file(machine.address, client, PEOPLE[0].login, "everyone")

    def watched(self, address: str) -> list[Watch]:
        """The port of shares."""
        return [port_watch("smb", address, 445)]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add a share and who may open it."""
        share = f"//{machine.address}/everyone"
        return {"address": machine.address, "share": share, "user": PEOPLE[0].login, "password": PASSWORD}


def set_passwords(machine: Machine) -> None:
    """Give everybody the password: set it for one, and copy what Samba stores for the others."""
    first = PEOPLE[0].login
    machine.run("smbpasswd", "-s", "-a", first, text=f"{PASSWORD}\n{PASSWORD}\n")
    stored = machine.run("pdbedit", "-Lw", "-u", first).stdout.strip().split(":")
    lines = (
        ":".join([person.login, str(number), *stored[2:]]) + "\n" for number, person in enumerate(PEOPLE[1:], 20002)
    )
    machine.write("/run/lab/smbpasswd", "".join(lines), mode=0o600)
    machine.run("pdbedit", "-i", "smbpasswd:/run/lab/smbpasswd", "-e", "tdbsam:/var/lib/samba/private/passdb.tdb")


def read_file(host: str, client: Machine, login: str, share: str, password: str = PASSWORD) -> str:
    """Fetch the first file of a share on ``host`` as a person."""
    credentials = f"{login}%{password}"
    command = ("smbclient", f"//{host}/{share}", "-U", credentials, "-t", "5", "-c", "get läs-mig.txt -")
    return client.run(*command).stdout


def _accounts() -> str:
    """Lines of /etc/passwd."""
    lines = (
        f"{person.login}:x:{number}:100:{person.name}:/nonexistent:/usr/sbin/nologin\n"
        for number, person in enumerate(PEOPLE, 20001)
    )
    return "".join(lines)


def _groups() -> str:
    """Lines of /etc/group."""
    lines = (
        f"{group}:x:{number}:{','.join(person.login for person in people.members(group))}\n"
        for number, group in enumerate(people.GROUPS, 21001)
    )
    return "".join(lines)
