"""The file server does not answer pings, and is well otherwise."""

from __future__ import annotations

from lab.breaking import firewall, no_firewall
from lab.faults import Fault
from lab.symptoms import away, both, port, well

FAULT = Fault(
    name="pings-blocked",
    area="firewall",
    broken="nftables on the host files drops ICMP echo requests.",
    symptom="Users notice nothing; monitoring says that the file server is down.",
    cause="The table “hardening” drops pings.",
    fixes=("Remove the rule that drops echo requests.", "Remove the table hardening."),
    hosts=("files", "watch"),
    hurts=frozenset(),
    inject=firewall("files", "icmp type echo-request drop"),
    heal=no_firewall("files"),
    shows=both(well(port("files", 445)), away("files")),
)
