"""The branch has nobody who answers for names."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import EVERYTHING, Fault
from lab.people import BRANCH
from lab.symptoms import away, both, port, sees, well

FAULT = Fault(
    name="branch-resolver-down",
    area="names",
    broken="dnsmasq on router-sorfjord does not run.",
    symptom="At the harbour nothing is found by name; at the headquarters everything is.",
    cause="The branch's name server (and DHCP server) is stopped.",
    fixes=("Start dnsmasq on router-sorfjord.",),
    hosts=("router-sorfjord", "backup", "watch"),
    hurts=EVERYTHING,
    inject=stop("router-sorfjord", "dnsmasq"),
    heal=start("router-sorfjord", "dnsmasq", "backup"),
    shows=both(well(away("router-sorfjord")), sees(port("router-sorfjord", 53, "backup"), "refused")),
    sites=(BRANCH,),
)
