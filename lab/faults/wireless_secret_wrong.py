"""RADIUS server and access points do not have the same secret."""

from __future__ import annotations

from lab.breaking import configure, start, steps
from lab.faults import Fault
from lab.symptoms import both, datagram, fails, sees

FAULT = Fault(
    name="wireless-secret-wrong",
    area="wireless",
    broken="FreeRADIUS on the host directory has another shared secret than the access points.",
    symptom="Nobody gets into the wireless network; passwords seem to be wrong.",
    cause="The shared secret was changed at one end only.",
    fixes=("Set the same shared secret at the server and at the access points.",),
    hosts=("directory", "watch"),
    hurts=frozenset({"wireless"}),
    inject=configure("directory", "freeradius", secret="en-annan-hemlighet"),
    heal=steps(configure("directory", "freeradius"), start("directory", "freeradius")),
    shows=both(sees(datagram("directory", 1812, b"?"), "silent"), fails("directory", "freeradius")),
)
