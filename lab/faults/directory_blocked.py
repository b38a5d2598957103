"""A rule of the firewall drops what is asked of the directory."""

from __future__ import annotations

from lab.breaking import firewall, no_firewall
from lab.faults import Fault
from lab.symptoms import port_silent

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
    inject=firewall("directory", "tcp dport 389 drop"),
    heal=no_firewall("directory"),
    shows=port_silent("directory", 389, beside=636),
)
