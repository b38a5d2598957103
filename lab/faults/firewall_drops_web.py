"""A rule of the firewall drops what browsers send."""

from __future__ import annotations

from lab.breaking import firewall, no_firewall
from lab.faults import Fault
from lab.symptoms import port_silent

FAULT = Fault(
    name="firewall-drops-web",
    area="firewall",
    broken="nftables on the host web drops TCP to port 443.",
    symptom="The browser waits for the intranet until it gives up.",
    cause="The table “hardening” drops port 443.",
    fixes=("Remove the rule that drops port 443.", "Remove the table hardening."),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=firewall("web", "tcp dport 443 drop"),
    heal=no_firewall("web"),
    shows=port_silent("web", 443, beside=80),
)
