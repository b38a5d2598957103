"""The branch's name server gives an old address for the intranet."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.people import BRANCH, DOMAIN
from lab.symptoms import answers, both, sees, well

OLD = "10.20.0.9"
NAME = f"intranet.{DOMAIN}"
LINES = Line(
    "router-sorfjord", "/etc/dnsmasq.conf", right="\nno-hosts\n", wrong=f"\nno-hosts\naddress=/{NAME}/{OLD}\n"
)

FAULT = Fault(
    name="branch-resolver-stale",
    area="names",
    broken=f"dnsmasq on router-sorfjord has a line of its own for intranet.{DOMAIN}, with the address {OLD}.",
    symptom="At the harbour the intranet cannot be reached since the server moved; at the headquarters it works.",
    cause="A forgotten line with the old address in the branch's name server.",
    fixes=("Remove the line address= from dnsmasq.conf and restart dnsmasq.",),
    hosts=("router-sorfjord", "names", "backup", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(LINES.spoil, restart("router-sorfjord", "dnsmasq")),
    heal=steps(LINES.correct, revive("router-sorfjord", "dnsmasq", "backup")),
    shows=both(well(sees(answers("names", NAME), OLD)), sees(answers("router-sorfjord", NAME, client="backup"), OLD)),
    sites=(BRANCH,),
)
