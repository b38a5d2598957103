"""Dovecot: IMAP for people, LMTP for the mail server in front; every person has a mailbox with a quota."""

from __future__ import annotations

import imaplib
from dataclasses import dataclass
from typing import ClassVar

from lab import certificates
from lab.machines import Machine
from lab.people import PASSWORD, PEOPLE
from lab.processes import Service
from lab.servers import Server, Watch, certificate_watch, port_watch

CONFIGURATION = """
protocols = imap lmtp
listen = *
log_path = /dev/stderr
disable_plaintext_auth = no
auth_username_format = %Ln
ssl = yes
ssl_cert = </etc/ssl/lab/dovecot.crt
ssl_key = </etc/ssl/lab/dovecot.key
mail_location = maildir:/var/vmail/%n
first_valid_uid = 100
mail_plugins = quota
plugin {
  quota = maildir:User quota
  quota_rule = *:storage=5M
}
protocol imap {
  mail_plugins = quota imap_quota
}
passdb {
  driver = passwd-file
  args = /etc/dovecot/lab-users
}
userdb {
  driver = static
  args = uid=vmail gid=vmail home=/var/vmail/%n
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = 24
  }
}
"""


@dataclass(frozen=True)
class Dovecot(Server):
    """The mailboxes of the office."""

    kind: ClassVar[str] = "dovecot"
    packages: ClassVar[tuple[str, ...]] = ("dovecot-imapd", "dovecot-lmtpd")
    programs: ClassVar[tuple[str, ...]] = ("dovecot",)

    def prepare(self, machine: Machine) -> None:
        """Write configuration and users."""
        machine.account("vmail")
        machine.directory("/var/vmail", owner="vmail", mode=0o700)
        machine.directory("/run/dovecot")
        certificates.issue(machine, "dovecot", "mail.norrvik.example", machine.name)
        users = "".join(f"{name}:{{PLAIN}}{PASSWORD}::::::\n" for name in (*(one.login for one in PEOPLE), "helpdesk"))
        machine.write("/etc/dovecot/lab-users", users, owner="dovecot", mode=0o640)
        machine.write("/etc/dovecot/dovecot.conf", CONFIGURATION)

    def services(self, machine: Machine) -> list[Service]:
        """The master; the others are its children."""
        return [Service("dovecot", ("/usr/sbin/dovecot", "-F"))]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Open somebody's mailbox."""
        with client.network():
            box = imaplib.IMAP4(machine.address, timeout=5)
            box.login(PEOPLE[0].login, PASSWORD)
            box.select("INBOX")
            box.logout()

    def watched(self, address: str) -> list[Watch]:
        """Both ports of IMAP."""
        return [
            port_watch("imap", address, 143, "* OK"),
            port_watch("imaps port", address, 993, needs=("imap",)),
            certificate_watch("imaps certificate", address, 993, "mail.norrvik.example"),
        ]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add a user, and the ports."""
        ports = {"imap": "143", "imaps": "993", "lmtp": "127.0.0.1:24"}
        return {"address": machine.address, "user": PEOPLE[0].login, "password": PASSWORD, **ports}
