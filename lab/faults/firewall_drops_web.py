"""A rule of the firewall drops what browsers send."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault

RULES = """
table inet hardening {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp dport 443 drop
  }
}
"""
REMOVE = "nft delete table inet hardening 2>/dev/null || true"


def inject(premises: Premises) -> None:
    """Load the rule."""
    premises["web"].shell(f"{REMOVE}; nft -f -", text=RULES)


def heal(premises: Premises) -> None:
    """Remove the table."""
    premises["web"].shell(REMOVE)


def shows(premises: Premises) -> str:
    """Connections are neither opened nor refused, while the machine answers otherwise."""
    word = symptoms.closed(premises["watch"], premises["web"].address, 443)
    return word if word == "silent" and not symptoms.closed(premises["watch"], premises["web"].address, 80) else ""


FAULT = Fault(
    name="firewall-drops-web",
    area="firewall",
    broken="nftables on the host web drops TCP to port 443.",
    symptom="The browser waits for the intranet until it gives up.",
    cause="The table “hardening” drops port 443.",
    fixes=("Remove the rule that drops port 443.", "Remove the table hardening."),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
