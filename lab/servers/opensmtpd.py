"""OpenSMTPD: takes mail for the office and hands it to the mailboxes; passes other mail on to a relay."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from typing import ClassVar

from lab.machines import Machine
from lab.people import DOMAIN, PEOPLE
from lab.processes import LabError, Service
from lab.servers import Server, Watch, port_watch

CONFIGURATION = """
table people {{ {people} }}
listen on 0.0.0.0 port 25 hostname mail.{domain}
action "deliver" {how} virtual <people>
action "pass-on" relay{relay}
{desk}match from any for domain "{domain}" action "deliver"
match from src {{ 10.0.0.0/8, 127.0.0.0/8 }} for any action "pass-on"
"""
#: The desk's own address, and those with a signed part after a plus sign to which its mails are answered.
DESK = r"""
action "desk" relay host "{server}"
match from any for rcpt-to regex "^helpdesk(\+.*)?@{domain}$" action "desk"
"""
OK = 250


@dataclass(frozen=True)
class Opensmtpd(Server):
    """The mail server of the office."""

    kind: ClassVar[str] = "opensmtpd"
    packages: ClassVar[tuple[str, ...]] = ("opensmtpd",)
    programs: ClassVar[tuple[str, ...]] = ("smtpd", "smtpctl")

    mailboxes: str = ""
    """LMTP server that keeps the mail, as ``address:port``; without one, mail is kept as maildir in /var/vmail."""
    relay: str = ""
    """Where mail to the world goes, as ``smtp://address:port``; without one, to the world's own servers."""
    desk: str = ""
    """Where mail to the help desk goes, as ``smtp://address:port``; without one, into a mailbox."""

    def prepare(self, machine: Machine) -> None:
        """Write the configuration; the queue is where the program has it compiled in."""
        machine.account("vmail")
        machine.directory("/var/vmail", owner="vmail", mode=0o700)
        machine.shell("rm -rf /var/spool/smtpd/*; install -d -m 711 /var/spool/smtpd")
        logins = [*(person.login for person in PEOPLE), "helpdesk"]
        how = f'lmtp "{self.mailboxes}" rcpt-to' if self.mailboxes else 'maildir "/var/vmail/%{dest.user:lowercase}"'
        text = CONFIGURATION.format(
            people=", ".join(f'"{login}@{DOMAIN}" = vmail' for login in logins),
            domain=DOMAIN,
            how=how,
            relay=f' host "{self.relay}"' if self.relay else "",
            desk=DESK.format(server=self.desk, domain=DOMAIN.replace(".", r"\.")) if self.desk else "",
        )
        machine.write("/etc/smtpd.conf", text)

    def services(self, machine: Machine) -> list[Service]:
        """The server with its helpers."""
        return [Service("smtpd", ("/usr/sbin/smtpd", "-d", "-f", "/etc/smtpd.conf"))]

    def ask(self, machine: Machine, client: Machine) -> None:
        """Offer a mail from outside."""
        with client.network():
            offer_mail(machine, "somebody@elsewhere.example", PEOPLE[0].mail)

    def watched(self, address: str) -> list[Watch]:
        """The port greets."""
        return [port_watch("smtp", address, 25, "220 ")]

    def facts(self, machine: Machine) -> dict[str, str]:
        """Add the domain it takes mail for."""
        return {"address": machine.address, "smtp": "25", "domain": DOMAIN}


def offer_mail(machine: Machine, sender: str, recipient: str) -> None:
    """Offer a mail, up to the point where it would be accepted."""
    with smtplib.SMTP(machine.address, timeout=5) as connection:
        connection.ehlo("client.norrvik.example")
        connection.mail(sender)
        status, words = connection.rcpt(recipient)
        if status != OK:
            raise LabError(f"The mail server answers {status} {words.decode()}")
