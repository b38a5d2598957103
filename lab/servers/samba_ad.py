"""Samba as an Active Directory domain controller, with the office's people and groups."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from lab import people
from lab.machines import Machine
from lab.people import PASSWORD, PEOPLE
from lab.processes import LabError, Service
from lab.servers import Server, Watch, port_watch

REALM = "AD.NORRVIK.EXAMPLE"
DOMAIN = "NORRVIK"
BASE = "DC=ad,DC=norrvik,DC=example"
DATABASE = "/var/lib/samba/private/sam.ldb"
NORMAL_ACCOUNT = 512
#: Seconds that provisioning may take on a machine that has other things to do; alone it takes four.
LONGEST = 300


@dataclass(frozen=True)
class SambaAd(Server):
    """The Active Directory of the office; LDAPS with a certificate that it makes itself."""

    kind: ClassVar[str] = "samba_ad"
    packages: ClassVar[tuple[str, ...]] = (
        "ldap-utils", "ldb-tools", "python3-samba", "samba", "samba-ad-provision", "samba-dsdb-modules",
        "samba-vfs-modules", "winbind",
    )  # fmt: skip
    programs: ClassVar[tuple[str, ...]] = ("samba", "samba-tool", "ldbadd", "winbindd")
    ready_within: ClassVar[float] = 15

    def prepare(self, machine: Machine) -> None:
        """Provision the domain, and add the people."""
        machine.shell(
            "rm -rf /var/lib/samba /var/cache/samba /run/samba /etc/samba/smb.conf\n"
            "mkdir -p /var/lib/samba/private /var/cache/samba /run/samba /var/log/samba"
        )
        machine.run(
            "samba-tool", "domain", "provision", f"--realm={REALM}", f"--domain={DOMAIN}", f"--adminpass={PASSWORD}",
            "--server-role=dc", "--dns-backend=NONE", "--use-rfc2307", f"--host-name={machine.name}",
            f"--host-ip={machine.address}", "--quiet", seconds=LONGEST,
        )  # fmt: skip
        machine.shell("sed -i '/^\\[global\\]/a dns update command = /bin/true' /etc/samba/smb.conf")
        machine.run("ldbadd", "-H", DATABASE, text="\n".join([*_people(), *_groups()]))

    def services(self, machine: Machine) -> list[Service]:
        """One process for everything but files."""
        return [Service("samba", ("samba", "-F", "--no-process-group", "-M", "single", "--debug-stdout"))]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Sign in as somebody."""
        sign_in(machine, client, PEOPLE[0].login)

    def watched(self, address: str) -> list[Watch]:
        """The ports of a domain controller; the certificate that it made itself bears no name to be checked."""
        return [
            port_watch("ldaps", address, 636),
            port_watch("kerberos", address, 88, needs=("ldaps",)),
            port_watch("smb", address, 445, needs=("ldaps",)),
        ]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add what a program needs to change the directory."""
        administrator = {"administrator": f"CN=Administrator,CN=Users,{BASE}", "password": PASSWORD}
        return {"address": machine.address, "url": f"ldaps://{machine.address}", "base": BASE, **administrator}


def sign_in(machine: Machine, client: Machine, login: str, password: str = PASSWORD) -> None:
    """Bind to the directory on ``machine`` as a person."""
    url, name = f"ldaps://{machine.address}", f"{login}@{REALM.lower()}"
    connection = ("ldapsearch", "-x", "-o", "nettimeout=3", "-H", url, "-D", name, "-w", password)
    client.run(*connection, "-LLL", "-s", "base", "-b", BASE, "dn", env={"LDAPTLS_REQCERT": "allow"})


def certificate(machine: Machine, client: Machine) -> str:
    """The certificate that the controller shows on LDAPS, as PEM."""
    with client.network():
        shown = ssl.get_server_certificate((machine.address, 636), timeout=3)
    if not shown:
        raise LabError(f"{machine.name} shows no certificate")
    return shown


def name_of(login: str) -> str:
    """The distinguished name of somebody."""
    return f"CN={login},CN=Users,{BASE}"


def _people() -> Iterator[str]:
    """The people as LDIF."""
    password = encoded(f'"{PASSWORD}"', "utf-16-le")
    for person in PEOPLE:
        yield (
            f"dn: {name_of(person.login)}\nobjectClass: user\nsAMAccountName: {person.login[:20]}\n"
            f"userPrincipalName: {person.login}@{REALM.lower()}\ndisplayName:: {encoded(person.name)}\n"
            f"givenName:: {encoded(person.given)}\nsn:: {encoded(person.family)}\nmail: {person.mail}\n"
            f"physicalDeliveryOfficeName: {person.site}\nunicodePwd:: {password}\n"
            f"userAccountControl: {NORMAL_ACCOUNT}\n"
        )


def _groups() -> Iterator[str]:
    """The groups with their members, as LDIF; ``everyone`` and such get a prefix, as Windows has some itself."""
    for group in people.GROUPS:
        listed = "".join(f"member: {name_of(person.login)}\n" for person in people.members(group))
        yield f"dn: CN=g-{group},CN=Users,{BASE}\nobjectClass: group\nsAMAccountName: g-{group}\n{listed}"


def encoded(text: str, letters: str = "utf-8") -> str:
    """A value as LDIF writes what is not ASCII (RFC 2849)."""
    return base64.b64encode(text.encode(letters)).decode()
