"""The branch's router does not pass packets on."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import EVERYTHING, Fault
from lab.people import BRANCH
from lab.symptoms import away, both, well

FORWARDING = "/proc/sys/net/ipv4/ip_forward"

FAULT = Fault(
    name="router-forwarding-off",
    area="network",
    broken="net.ipv4.ip_forward is 0 on router-sorfjord.",
    symptom="At the harbour nothing works that is at the headquarters; names are found.",
    cause="Forwarding was switched off in the router's kernel.",
    fixes=("Set net.ipv4.ip_forward to 1 on router-sorfjord.",),
    hosts=("router-norrvik", "router-sorfjord", "backup", "watch"),
    hurts=EVERYTHING - {"look-up"},
    inject=shell("router-sorfjord", f"echo 0 > {FORWARDING}"),
    heal=shell("router-sorfjord", f"echo 1 > {FORWARDING}"),
    shows=both(well(away("router-sorfjord")), away("backup")),
    sites=(BRANCH,),
)
