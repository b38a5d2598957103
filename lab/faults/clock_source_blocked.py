"""A rule of the firewall drops questions for the time."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault

RULES = """
table inet hardening {
  chain input {
    type filter hook input priority 0; policy accept;
    udp dport 123 drop
  }
}
"""
REMOVE = "nft delete table inet hardening 2>/dev/null || true"


def inject(premises: Premises) -> None:
    """Load the rule."""
    premises["names"].shell(f"{REMOVE}; nft -f -", text=RULES)


def heal(premises: Premises) -> None:
    """Remove the table."""
    premises["names"].shell(REMOVE)


def shows(premises: Premises) -> str:
    """The question is lost; where nobody listens it would be refused."""
    error = symptoms.unanswered(premises, "names", "chrony")
    return error if "Timeout" in error else ""


FAULT = Fault(
    name="clock-source-blocked",
    area="firewall",
    broken="nftables on the host names drops UDP to port 123.",
    symptom="Nobody notices for days; then signing in fails here and there, because clocks differ.",
    cause="The table “hardening” drops NTP.",
    fixes=(
        "Remove the rule that drops port 123.",
        "Remove the table hardening.",
    ),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
)
