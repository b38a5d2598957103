"""The domain does not say who takes its mail."""

from __future__ import annotations

import dns.query
import dns.tsigkeyring
import dns.update

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import DOMAIN
from lab.servers.bind9 import KEY, look_up


def change(premises: Premises, exchanger: str) -> None:
    """Give the domain another mail exchanger, or none, by a signed update."""
    message = dns.update.Update(DOMAIN, keyring=dns.tsigkeyring.from_text({"lab": KEY}), keyalgorithm="hmac-sha256")
    message.delete("@", "MX")
    if exchanger:
        message.add("@", 60, "MX", exchanger)
    with premises["watch"].network():
        dns.query.tcp(message, premises["names"].address, timeout=3)


def inject(premises: Premises) -> None:
    """Remove the record."""
    change(premises, "")


def heal(premises: Premises) -> None:
    """Add it again."""
    change(premises, f"10 mail.{DOMAIN}.")


def shows(premises: Premises) -> str:
    """The name server answers, but has no mail exchanger for the domain."""
    if symptoms.unanswered(premises, "names", "bind9"):
        return ""
    with premises["watch"].network():
        found = look_up(premises["names"].address, DOMAIN, "MX")
    return "" if found else f"{DOMAIN} has no MX record"


FAULT = Fault(
    name="mail-exchanger-missing",
    area="names",
    broken=f"The zone {DOMAIN} on the host names has no MX record.",
    symptom="Mail from outside does not arrive any more; mail within the office does.",
    cause="The MX record of the domain was deleted.",
    fixes=(f"Add the MX record with mail.{DOMAIN} to the zone.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
)
