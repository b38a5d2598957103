"""The agent that tells about the web server does not run."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import away, both, datagram, sees, well

FAULT = Fault(
    name="monitoring-agent-stopped",
    area="monitoring",
    broken="snmpd on the host web does not run.",
    symptom="Users notice nothing; the curves of the web server have a gap.",
    cause="The SNMP agent is stopped.",
    fixes=("Start snmpd on the host web.",),
    hosts=("web", "watch"),
    hurts=frozenset(),
    inject=stop("web", "snmpd"),
    heal=start("web", "snmpd"),
    shows=both(well(away("web")), sees(datagram("web", 161, b"?"), "refused")),
)
