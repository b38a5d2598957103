"""OpenLDAP's server: people and groups as inetOrgPerson and groupOfNames, with password policy and memberOf."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from lab import certificates, people
from lab.machines import Machine
from lab.people import PASSWORD, PEOPLE
from lab.processes import LabError, Service
from lab.servers import Server, Watch, certificate_watch, port_watch

BASE = "dc=norrvik,dc=example"
ADMINISTRATOR = f"cn=admin,{BASE}"
POLICY = f"cn=default,ou=policies,{BASE}"
ALREADY_EXISTS = 68

CONFIGURATION = f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile /run/slapd/slapd.pid
argsfile /run/slapd/slapd.args
TLSCACertificateFile {certificates.AUTHORITY}
TLSCertificateFile /etc/ssl/lab/slapd.crt
TLSCertificateKeyFile /etc/ssl/lab/slapd.key
database mdb
maxsize 67108864
suffix "{BASE}"
rootdn "{ADMINISTRATOR}"
rootpw {PASSWORD}
directory /var/lib/ldap-lab
index objectClass eq
index uid,mail,cn eq
access to attrs=userPassword by self write by anonymous auth by * none
access to * by self write by users read by anonymous auth
overlay memberof
overlay ppolicy
ppolicy_default "{POLICY}"
ppolicy_use_lockout
"""


@dataclass(frozen=True)
class Slapd(Server):
    """The directory of the office."""

    kind: ClassVar[str] = "slapd"
    packages: ClassVar[tuple[str, ...]] = ("slapd", "ldap-utils")
    programs: ClassVar[tuple[str, ...]] = ("slapd", "slapadd", "ldapwhoami", "ldapadd")

    def prepare(self, machine: Machine) -> None:
        """Write configuration, certificate and the people."""
        machine.directory("/var/lib/ldap-lab", "/run/slapd", owner="openldap")
        certificates.issue(machine, "slapd", "ldap.norrvik.example", machine.name, owner="openldap")
        machine.write("/etc/ldap/slapd.conf", CONFIGURATION, owner="openldap", mode=0o640)
        add = ("slapadd", "-q", "-f", "/etc/ldap/slapd.conf", "-b", BASE)
        machine.run(*add, text="\n".join(entries()), user="openldap")

    def services(self, machine: Machine) -> list[Service]:
        """One server for LDAP and LDAPS; ``-d 0`` keeps it in the foreground."""
        command = ("slapd", "-d", "0", "-f", "/etc/ldap/slapd.conf", "-h", "ldap:/// ldaps:///")
        return [Service("slapd", (*command, "-u", "openldap", "-g", "openldap"))]

    def settle(self, machine: Machine) -> None:
        """Add the groups to the running server, because memberOf follows from that only."""
        command = ("ldapadd", "-c", "-x", "-H", "ldap://127.0.0.1", "-D", ADMINISTRATOR, "-w", PASSWORD)
        done = machine.run(*command, text="\n".join(groups()), check=False)
        if done.returncode not in (0, ALREADY_EXISTS):
            raise LabError(f"ldapadd: {done.stderr.strip()}")

    def ask(self, machine: Machine, client: Machine) -> None:
        """Sign in as somebody."""
        sign_in(machine, client, PEOPLE[0].login)

    def watched(self, address: str) -> list[Watch]:
        """Both ports of LDAP."""
        return [
            port_watch("ldap", address, 389),
            port_watch("ldaps port", address, 636, needs=("ldap",)),
            certificate_watch("ldaps certificate", address, 636, "ldap.norrvik.example"),
        ]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add where entries are, and who may change them."""
        return {
            "address": machine.address, "url": f"ldap://{machine.address}", "base": BASE,
            "administrator": ADMINISTRATOR, "password": PASSWORD, "authority": certificates.AUTHORITY,
        }  # fmt: skip


def name_of(login: str) -> str:
    """The distinguished name of somebody."""
    return f"uid={login},ou=people,{BASE}"


def sign_in(machine: Machine, client: Machine, login: str, password: str = PASSWORD) -> None:
    """Bind to the directory on ``machine`` as a person."""
    url = f"ldap://{machine.address}"
    client.run("ldapwhoami", "-x", "-o", "nettimeout=3", "-H", url, "-D", name_of(login), "-w", password)


def entries() -> Iterator[str]:
    """The directory without its groups, as LDIF."""
    yield f"dn: {BASE}\nobjectClass: organization\nobjectClass: dcObject\no: Norrvik\ndc: norrvik\n"
    for unit in ("people", "groups", "policies"):
        yield f"dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\nou: {unit}\n"
    yield (
        f"dn: {POLICY}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: default\npwdAttribute: userPassword\n"
        "pwdLockout: TRUE\npwdMaxFailure: 5\npwdLockoutDuration: 900\n"
    )
    for number, person in enumerate(PEOPLE, 2001):
        yield (
            f"dn: {name_of(person.login)}\nobjectClass: inetOrgPerson\nobjectClass: posixAccount\n"
            f"cn:: {encoded(person.name)}\ngivenName:: {encoded(person.given)}\nsn:: {encoded(person.family)}\n"
            f"uid: {person.login}\nmail: {person.mail}\nuserPassword: {PASSWORD}\n"
            f"uidNumber: {number}\ngidNumber: 2000\n"
            f"homeDirectory: /home/{person.login}\nl: {person.site}\n"
        )


def groups() -> Iterator[str]:
    """The groups with their members, as LDIF."""
    for group in people.GROUPS:
        listed = "".join(f"member: {name_of(person.login)}\n" for person in people.members(group))
        yield f"dn: cn={group},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {group}\n{listed}"


def encoded(text: str) -> str:
    """A value as LDIF writes what is not ASCII (RFC 2849)."""
    return base64.b64encode(text.encode()).decode()
