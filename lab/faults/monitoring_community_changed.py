"""The file server's SNMP agent has another community than the one that monitoring uses."""

from __future__ import annotations

from lab.breaking import configure, start, steps
from lab.faults import Fault
from lab.symptoms import both, datagram, fails, sees

FAULT = Fault(
    name="monitoring-community-changed",
    area="monitoring",
    broken="snmpd on the host files answers to another community than the other machines.",
    symptom="Users notice nothing; the curves of the file server have a gap.",
    cause="The community was changed at the agent and not in monitoring.",
    fixes=("Set the same community at the agent and in monitoring.",),
    hosts=("files", "watch"),
    hurts=frozenset(),
    inject=configure("files", "snmpd", community="changed-by-hand"),
    heal=steps(configure("files", "snmpd"), start("files", "snmpd")),
    shows=both(sees(datagram("files", 161, b"?"), "silent"), fails("files", "snmpd")),
)
