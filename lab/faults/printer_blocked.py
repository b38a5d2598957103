"""A firewall between the sites lets no print jobs through."""

from __future__ import annotations

from lab.breaking import firewall, no_firewall
from lab.faults import Fault
from lab.people import BRANCH
from lab.symptoms import both, port, sees, well

FAULT = Fault(
    name="printer-blocked",
    area="firewall",
    broken="nftables on router-norrvik drops TCP to port 8631 of printer2.",
    symptom="At the harbour nothing comes out of the printer; the printer itself is well.",
    cause="The table “hardening” drops what the print server sends to the branch's printer.",
    fixes=("Remove the rule that drops port 8631.", "Remove the table hardening."),
    hosts=("print", "printer2", "router-norrvik", "router-sorfjord", "backup", "watch"),
    hurts=frozenset({"print"}),
    inject=firewall("router-norrvik", "ip daddr 10.30.0.31 tcp dport 8631 drop", hook="forward"),
    heal=no_firewall("router-norrvik"),
    shows=both(well(port("printer2", 8631, "backup")), sees(port("printer2", 8631), "silent")),
    sites=(BRANCH,),
)
