"""Ways to break and to mend that several faults share.

Each function returns what a fault calls ``inject`` or ``heal``: something that is done to the premises.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dns.query
import dns.tsigkeyring
import dns.update

from lab import certificates, namespaces
from lab.building import Premises
from lab.people import DOMAIN, PASSWORD
from lab.processes import Service, until
from lab.servers.bind9 import KEY
from lab.servers.postgresql import query
from lab.servers.samba_ad import DATABASE
from lab.servers.slapd import ADMINISTRATOR
from lab.servers.sshd import key_of
from lab.symptoms import WATCH, Look

STRANGER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA stranger\n"
"""A public key that nobody has the private one of."""
Change = Callable[[Premises], None]
PATIENCE = 120
"""Seconds in which what was mended should be well."""
SHORT = 60
"""Seconds that a name may be remembered."""


def steps(*changes: Change) -> Change:
    """Do several things, one after another."""

    def change(premises: Premises) -> None:
        for one in changes:
            one(premises)

    return change


def until_well(look: Look) -> Change:
    """Wait until ``look`` sees nothing any more."""

    def change(premises: Premises) -> None:
        until(lambda: not look(premises), PATIENCE, "an end of the symptom")

    return change


# Servers


def stop(host: str, kind: str) -> Change:
    """Stop a server, as somebody did who forgot to start it again."""
    return lambda premises: premises.server(host, kind).stop(premises[host])


def start(host: str, kind: str, client: str = WATCH) -> Change:
    """Start a server unless it runs, and wait until ``client`` has an answer."""
    return lambda premises: premises.server(host, kind).run(premises[host], premises[client])


def restart(host: str, kind: str, **changes: Any) -> Change:
    """Start a server again; nobody waits for it. ``changes`` are those of its last ``Service``."""

    def change(premises: Premises) -> None:
        machine, server = premises[host], premises.server(host, kind)
        *beside, last = server.services(machine)
        server.stop(machine)
        for service in (*beside, dataclasses.replace(last, **changes)):
            machine.start(service)

    return change


def revive(host: str, kind: str, client: str = WATCH) -> Change:
    """Start a server again, and wait until ``client`` has an answer."""
    return steps(restart(host, kind), start(host, kind, client))


def configure(host: str, kind: str, **settings: Any) -> Change:
    """Write a server's configuration anew with other ``settings`` of its kind, and start it again."""

    def change(premises: Premises) -> None:
        server = dataclasses.replace(premises.server(host, kind), **settings)
        server.stop(premises[host])
        server.prepare(premises[host])
        for service in server.services(premises[host]):
            premises[host].start(service)

    return change


def certificate(host: str, kind: str, file: str, *names: str, days: float = 90, age: float = 1) -> Change:
    """Give a server a certificate for ``names`` (see ``certificates.issue``), and start it again."""
    again = restart(host, kind)

    def change(premises: Premises) -> None:
        owner = premises[host].shell(f"stat -c %U /etc/ssl/lab/{file}.key").strip()
        certificates.issue(premises[host], file, *names, owner=owner, days=days, age=age)
        again(premises)

    return change


def begin(host: str, service: Service) -> Change:
    """Start a program that does not belong on a host."""
    return lambda premises: premises[host].start(service)


def end(host: str, service: Service) -> Change:
    """End it."""
    return lambda premises: premises[host].stop(service)


# Files and commands


def shell(host: str, script: str) -> Change:
    """Run a script on a host."""

    def change(premises: Premises) -> None:
        premises[host].shell(script)

    return change


deliver = shell("mail", "smtpctl schedule all || true")
"""Let the mail server try at once what waits."""


def fill(host: str, file: str) -> Change:
    """Write a file until nothing more fits on its disk."""
    return shell(host, f"(cat /dev/zero > {file}; dd if=/dev/zero bs=4k >> {file}) 2>/dev/null || true")


@dataclass(frozen=True)
class Line:
    """A part of a file: how it is when all is well, and how when it is wrong."""

    host: str
    file: str
    right: str
    wrong: str
    """May hold the right part, but not the other way round."""

    def spoil(self, premises: Premises) -> None:
        """Make it wrong."""
        text = self._read(premises).replace(self.wrong, self.right)
        self._write(premises, text.replace(self.right, self.wrong))

    def correct(self, premises: Premises) -> None:
        """Make it right."""
        self._write(premises, self._read(premises).replace(self.wrong, self.right))

    def _read(self, premises: Premises) -> str:
        return premises[self.host].read(self.file)

    def _write(self, premises: Premises, text: str) -> None:
        """Change the file in place: its owner and mode stay."""
        premises[self.host].shell(f"cat > {shlex.quote(self.file)}", text=text)


def admit(host: str, account: str, home: str, key: str = "") -> Change:
    """Let one public key in at an account by ssh: the lab's own, unless another is given."""

    def change(premises: Premises) -> None:
        machine = premises[host]
        public = key or key_of(machine.home).with_suffix(".pub").read_text(encoding="ascii")
        machine.write(f"{home}/.ssh/authorized_keys", public, owner=account)

    return change


# Network


def firewall(host: str, rule: str, *, hook: str = "input", table: str = "hardening") -> Change:
    """Load one rule into an nftables table of its own."""
    text = f"table inet {table} {{\n chain rules {{\n  type filter hook {hook} priority 0;\n  {rule}\n }}\n}}\n"

    def change(premises: Premises) -> None:
        no_firewall(host, table)(premises)
        premises[host].run("nft", "-f", "-", text=text)

    return change


def no_firewall(host: str, table: str = "hardening") -> Change:
    """Remove the table, if it is there."""
    return shell(host, f"nft delete table inet {table} 2>/dev/null || true")


def link(host: str, interface: str, state: str) -> Change:
    """Switch an interface ``up`` or ``down``."""
    return lambda premises: namespaces.ip(premises[host].pid, f"link set {interface} {state}")


# Names, directories and databases


def record(name: str, kind: str, value: str, zone: str = DOMAIN) -> Change:
    """Give a name of the office's zone another record of this kind, or none, by a signed update (RFC 2136)."""

    def change(premises: Premises) -> None:
        message = dns.update.Update(zone, keyring=dns.tsigkeyring.from_text({"lab": KEY}), keyalgorithm="hmac-sha256")
        message.delete(name, kind)
        if value:
            message.add(name, SHORT, kind, value)
        with premises[WATCH].network():
            dns.query.tcp(message, premises["names"].address, timeout=30)

    return change


def directory(entry: str, change: str) -> Change:
    """Modify an entry of the LDAP directory as its administrator; what cannot be done is done already."""
    command = ("ldapmodify", "-x", "-H", "ldap://127.0.0.1", "-D", ADMINISTRATOR, "-w", PASSWORD)
    text = f"dn: {entry}\nchangetype: modify\n{change}\n"

    def modify(premises: Premises) -> None:
        premises["directory"].run(*command, text=text, check=False)

    return modify


def windows_directory(entry: str, attribute: str, value: str) -> Change:
    """Replace an attribute of an entry of the Active Directory."""
    text = f"dn: {entry}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"

    def modify(premises: Premises) -> None:
        premises["dc1"].run("ldbmodify", "-H", DATABASE, text=text)

    return modify


def sql(statement: str, database: str = "postgres") -> Change:
    """Run a statement as the administrator of the intranet's database server."""

    def change(premises: Premises) -> None:
        query(premises["web"], statement, database)

    return change
