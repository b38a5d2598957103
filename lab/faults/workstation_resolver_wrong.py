"""One workstation asks a name server that does not exist."""

from __future__ import annotations

from lab.breaking import Line
from lab.faults import EVERYTHING, Fault
from lab.people import BRANCH, DOMAIN, members
from lab.symptoms import answers, both, sees, user

NAME = f"intranet.{DOMAIN}"
RESOLVER = Line("work3", "/etc/resolv.conf", right="nameserver 10.30.0.1\n", wrong="nameserver 10.30.0.99\n")

FAULT = Fault(
    name="workstation-resolver-wrong",
    area="names",
    broken="/etc/resolv.conf on the workstation work3 names 10.30.0.99.",
    symptom="One computer finds nothing by name; the one beside it does.",
    cause="A name server was entered by hand and is wrong.",
    fixes=("Let the computer take the name server from DHCP.", "Enter 10.30.0.1 as the name server."),
    hosts=("work3", "router-sorfjord", "names"),
    hurts=EVERYTHING,
    inject=RESOLVER.spoil,
    heal=RESOLVER.correct,
    shows=both(sees(answers("router-sorfjord", NAME, client="work3"), "NOERROR"), user("look-up", members(BRANCH)[0])),
    sites=(BRANCH,),
)
