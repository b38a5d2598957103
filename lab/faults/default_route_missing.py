"""The web server does not know the way out of its own network."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.people import BRANCH
from lab.symptoms import away, both, well

FAULT = Fault(
    name="default-route-missing",
    area="network",
    broken="The host web has no default route.",
    symptom="At the harbour the intranet does not answer; at the headquarters it works.",
    cause="The default route was lost when the network of the host was configured.",
    fixes=("Add the default route via 10.20.0.1.",),
    hosts=("web", "files", "backup", "watch"),
    hurts=frozenset({"web"}),
    inject=shell("web", "ip route del default 2>/dev/null || true"),
    heal=shell("web", "ip route replace default via 10.20.0.1"),
    shows=both(well(away("web")), well(away("files", "backup")), away("web", "backup")),
    sites=(BRANCH,),
)
