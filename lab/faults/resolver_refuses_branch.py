"""The name server answers the headquarters only."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import EVERYTHING, Fault
from lab.people import BRANCH, DOMAIN
from lab.symptoms import answers, both, sees

NAME = f"www.{DOMAIN}"
ACCESS = Line(
    "names", "/etc/bind/named.conf", right="  recursion no;", wrong="  allow-query { 10.20.0.0/16; };\n  recursion no;"
)

FAULT = Fault(
    name="resolver-refuses-branch",
    area="names",
    broken="BIND on the host names allows queries from 10.20.0.0/16 only.",
    symptom="At the harbour nothing is found by name; at the headquarters everything is.",
    cause="The line allow-query lacks the networks of branch and line.",
    fixes=("Allow queries from 10.0.0.0/8 and restart BIND.", "Remove the line allow-query."),
    hosts=("names", "router-sorfjord", "watch"),
    hurts=EVERYTHING,
    inject=steps(ACCESS.spoil, restart("names", "bind9")),
    heal=steps(ACCESS.correct, revive("names", "bind9")),
    shows=both(
        sees(answers("names", NAME), "NOERROR"), sees(answers("names", NAME, client="router-sorfjord"), "REFUSED")
    ),
    sites=(BRANCH,),
)
