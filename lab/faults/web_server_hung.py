"""The web server runs, but does nothing."""

from __future__ import annotations

from lab.breaking import shell, start, steps
from lab.faults import Fault
from lab.symptoms import both, page, port, sees, well

FAULT = Fault(
    name="web-server-hung",
    area="web",
    broken="The processes of nginx on the host web are stopped (SIGSTOP).",
    symptom="The browser connects to the intranet and waits until it gives up.",
    cause="nginx hangs: its processes are in the state “stopped”.",
    fixes=("Let them go on (SIGCONT).", "Kill nginx and start it again."),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=shell("web", "pkill -STOP -x nginx"),
    heal=steps(shell("web", "pkill -CONT -x nginx || true"), start("web", "nginx")),
    shows=both(well(port("web", 443)), sees(page, "timed out")),
)
