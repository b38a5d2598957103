"""The certificate of the directory was valid until yesterday."""

from __future__ import annotations

from lab.breaking import certificate, start, steps
from lab.faults import Fault
from lab.people import DOMAIN
from lab.symptoms import handshake, sees

NAME = f"ldap.{DOMAIN}"

FAULT = Fault(
    name="directory-certificate-expired",
    area="certificates",
    broken="The certificate that slapd on the host directory shows expired a day ago.",
    symptom="Programs that sign people in by an encrypted connection refuse everybody; the others work.",
    cause="The certificate of the LDAP server was not renewed in time.",
    fixes=("Install a renewed certificate for the same name and restart slapd.",),
    hosts=("directory", "watch"),
    hurts=frozenset(),
    inject=certificate("directory", "slapd", "slapd", NAME, days=-1, age=91),
    heal=steps(certificate("directory", "slapd", "slapd", NAME), start("directory", "slapd")),
    shows=sees(handshake("directory", 636, NAME), "expired"),
)
