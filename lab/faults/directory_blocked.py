"""A rule of the firewall drops what is asked of the directory."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault

RULES = """
table inet hardening {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport 389 drop
  }
}
"""
REMOVE = "nft delete table inet hardening 2>/dev/null || true"


def inject(premises: Premises) -> None:
    """Load the rule."""
    premises["directory"].shell(f"{REMOVE}; nft -f -", text=RULES)


def heal(premises: Premises) -> None:
    """Remove the table."""
    premises["directory"].shell(REMOVE)


def shows(premises: Premises) -> str:
    """Connections are neither opened nor refused, while the encrypted port is open."""
    watch, address = premises["watch"], premises["directory"].address
    word = symptoms.closed(watch, address, 389)
    return word if word == "silent" and not symptoms.closed(watch, address, 636) else ""


FAULT = Fault(
    name="directory-blocked",
    area="firewall",
    broken="nftables on the host directory drops TCP to port 389.",
    symptom="Signing in takes long and then fails.",
    cause="The table “hardening” drops LDAP.",
    fixes=(
        "Remove the rule that drops port 389.",
        "Remove the table hardening.",
    ),
    hosts=("directory", "watch"),
    hurts=frozenset({"sign-in"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
