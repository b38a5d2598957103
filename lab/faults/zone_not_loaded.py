"""A line of the office's zone is wrong, so the name server does not load it."""

from __future__ import annotations

from lab.breaking import configure, restart, shell, start, steps, stop
from lab.faults import EVERYTHING, Fault
from lab.people import DOMAIN
from lab.symptoms import answers, both, sees

FILE = f"/var/lib/bind/{DOMAIN}"
NAME = f"www.{DOMAIN}"

FAULT = Fault(
    name="zone-not-loaded",
    area="names",
    broken=f"The zone file of {DOMAIN} on the host names has a line that means nothing; BIND does not load the zone.",
    symptom="Nothing is found by name; the name server itself runs.",
    cause="A typing error in the zone file.",
    fixes=(f"Correct the line in /var/lib/bind/{DOMAIN} and reload the zone.",),
    hosts=("names", "watch"),
    hurts=EVERYTHING,
    inject=steps(
        stop("names", "bind9"),
        shell("names", f"echo 'intranet IN A ten.20.0.11' >> {FILE}"),
        restart("names", "bind9"),
    ),
    heal=steps(shell("names", f"rm -f {FILE}.jnl"), configure("names", "bind9"), start("names", "bind9")),
    shows=both(
        sees(answers("names", "11.0.20.10.in-addr.arpa", "PTR"), "NOERROR"),
        sees(answers("names", NAME), "SERVFAIL", "REFUSED"),
    ),
)
