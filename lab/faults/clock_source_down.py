"""The time server does not run."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.servers.chrony import QUESTION
from lab.symptoms import datagram, sees

FAULT = Fault(
    name="clock-source-down",
    area="time",
    broken="chrony on the host names does not run.",
    symptom="Nobody notices for days; then signing in fails here and there, because clocks differ.",
    cause="The time server is stopped.",
    fixes=("Start chronyd on the host names.",),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=stop("names", "chrony"),
    heal=start("names", "chrony"),
    shows=sees(datagram("names", 123, QUESTION), "refused"),
)
