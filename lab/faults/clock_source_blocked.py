"""A rule of the firewall drops questions for the time."""

from __future__ import annotations

from lab.breaking import firewall, no_firewall
from lab.faults import Fault
from lab.servers.chrony import QUESTION
from lab.symptoms import datagram, sees

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
    inject=firewall("names", "udp dport 123 drop"),
    heal=no_firewall("names"),
    shows=sees(datagram("names", 123, QUESTION), "silent"),
)
