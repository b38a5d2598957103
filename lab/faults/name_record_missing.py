"""The intranet's name has vanished from the name server."""

from __future__ import annotations

import dns.query
import dns.tsigkeyring
import dns.update

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import DOMAIN
from lab.servers.bind9 import KEY, look_up

RECORD = "intranet"


def change(premises: Premises, address: str) -> None:
    """Give the record another address, or none at all, by a signed update."""
    message = dns.update.Update(DOMAIN, keyring=dns.tsigkeyring.from_text({"lab": KEY}), keyalgorithm="hmac-sha256")
    message.delete(RECORD, "A")
    if address:
        message.add(RECORD, 60, "A", address)
    with premises["watch"].network():
        dns.query.tcp(message, premises["names"].address, timeout=3)


def found(premises: Premises) -> list[str]:
    """What the name server says now."""
    with premises["watch"].network():
        return look_up(premises["names"].address, f"{RECORD}.{DOMAIN}")


def inject(premises: Premises) -> None:
    """Remove the record."""
    change(premises, "")


def heal(premises: Premises) -> None:
    """Add it again."""
    change(premises, premises["web"].address)


def shows(premises: Premises) -> str:
    """The name server answers other names, but has none for the intranet."""
    if symptoms.unanswered(premises, "names", "bind9") or found(premises):
        return ""
    return f"{RECORD}.{DOMAIN} has no address"


FAULT = Fault(
    name="name-record-missing",
    area="names",
    broken=f"The zone {DOMAIN} on the host names has no address for {RECORD}.",
    symptom="The browser does not find the intranet; everything else works.",
    cause=f"The A record of {RECORD}.{DOMAIN} was deleted.",
    fixes=(f"Add the A record {RECORD} with the address of the host web.",),
    hosts=("names", "web", "watch"),
    hurts=frozenset({"look-up", "web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
