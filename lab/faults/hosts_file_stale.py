"""One workstation has an old address of the intranet in its list of hosts."""

from __future__ import annotations

from lab.breaking import shell, steps
from lab.building import Premises
from lab.faults import Fault
from lab.people import BRANCH, DOMAIN
from lab.symptoms import answers, both, sees, well

OLD = "10.20.0.9"
NAME = f"intranet.{DOMAIN}"
MEND = shell("work3", f"sed '/ {NAME}$/d' /etc/hosts > /run/hosts; cat /run/hosts > /etc/hosts")


def found(premises: Premises) -> str:
    """What the workstation takes for the intranet's address."""
    return premises["work3"].run("getent", "ahostsv4", NAME, check=False).stdout.partition(" ")[0]


FAULT = Fault(
    name="hosts-file-stale",
    area="names",
    broken=f"/etc/hosts on the workstation work3 gives {OLD} for {NAME}.",
    symptom="On one computer the intranet cannot be reached; the name is found everywhere.",
    cause="A line with the old address was left in /etc/hosts.",
    fixes=("Remove the line from /etc/hosts.",),
    hosts=("work3", "names", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(MEND, shell("work3", f"echo '{OLD} {NAME}' >> /etc/hosts")),
    heal=MEND,
    shows=both(well(sees(answers("names", NAME), OLD)), sees(found, OLD)),
    sites=(BRANCH,),
)
