"""The time server runs, but does not know the time."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.symptoms import fails, sees

LOCAL = Line("names", "/etc/chrony/chrony.conf", right="\nlocal stratum 8\n", wrong="\n# local stratum 8\n")

FAULT = Fault(
    name="clock-source-unsynchronised",
    area="time",
    broken="chrony on the host names has no source of time.",
    symptom="Nobody notices for days; then signing in fails here and there, because clocks differ.",
    cause="The line “local” in chrony.conf is commented out and no other source is named.",
    fixes=(
        "Bring the line local stratum 8 back into chrony.conf and restart chronyd.",
        "Name a time server that can be reached.",
    ),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=steps(LOCAL.spoil, restart("names", "chrony")),
    heal=steps(LOCAL.correct, revive("names", "chrony")),
    shows=sees(fails("names", "chrony"), "stratum"),
)
