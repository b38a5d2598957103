"""The certificate of the mailboxes was valid until yesterday."""

from __future__ import annotations

from lab.breaking import certificate, start, steps
from lab.faults import Fault
from lab.people import DOMAIN
from lab.symptoms import handshake, sees

NAME = f"mail.{DOMAIN}"

FAULT = Fault(
    name="mailbox-certificate-expired",
    area="certificates",
    broken="The certificate that Dovecot on the host mail shows expired a day ago.",
    symptom="Telephones warn that the mail server is not to be trusted; computers in the office fetch mail as ever.",
    cause="The certificate of the IMAP server was not renewed in time.",
    fixes=("Install a renewed certificate for the same name and reload dovecot.",),
    hosts=("mail", "watch"),
    hurts=frozenset(),
    inject=certificate("mail", "dovecot", "dovecot", NAME, days=-1, age=91),
    heal=steps(certificate("mail", "dovecot", "dovecot", NAME), start("mail", "dovecot")),
    shows=sees(handshake("mail", 993, NAME), "expired"),
)
