"""The server that lets people into the wireless network does not run."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import away, both, datagram, sees, well

FAULT = Fault(
    name="wireless-down",
    area="wireless",
    broken="FreeRADIUS on the host directory does not run.",
    symptom="Nobody gets into the wireless network; those who are in stay in.",
    cause="The RADIUS server is stopped.",
    fixes=("Start freeradius on the host directory.",),
    hosts=("directory", "watch"),
    hurts=frozenset({"wireless"}),
    inject=stop("directory", "freeradius"),
    heal=start("directory", "freeradius"),
    shows=both(well(away("directory")), sees(datagram("directory", 1812, b"?"), "refused")),
)
