"""The file server takes the branch for a part of its own network."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.people import BRANCH
from lab.symptoms import away, both, well

ADDRESS = "10.20.0.12"
SET = "ip addr add {0}/{1} dev eth0 2>/dev/null || true; ip addr del {0}/{2} dev eth0 2>/dev/null || true"
BACK = "; ip route replace default via 10.20.0.1"

FAULT = Fault(
    name="netmask-wrong",
    area="addresses",
    broken="The host files has the address 10.20.0.12 with the mask 255.0.0.0.",
    symptom="At the harbour the common folders do not open; at the headquarters they do.",
    cause="The network mask of the file server is too wide, so it asks for the branch's machines on its own cable.",
    fixes=("Set the mask to 255.255.255.0 (/24).",),
    hosts=("files", "web", "backup", "watch"),
    hurts=frozenset({"files"}),
    inject=shell("files", SET.format(ADDRESS, 8, 24)),
    heal=shell("files", SET.format(ADDRESS, 24, 8) + BACK),
    shows=both(well(away("files")), well(away("web", "backup")), away("files", "backup")),
    sites=(BRANCH,),
)
