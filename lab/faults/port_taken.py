"""Another program sits on the web server's port."""

from __future__ import annotations

from lab.breaking import begin, end, restart, revive, steps, stop, until_well
from lab.faults import Fault
from lab.processes import Service
from lab.symptoms import both, port, sees, well

INTRUDER = Service("test-server", ("/usr/bin/python3", "-m", "http.server", "443"), directory="/var")

FAULT = Fault(
    name="port-taken",
    area="web",
    broken="Port 443 of the host web belongs to a program called test-server, so nginx does not start.",
    symptom="The browser says that the intranet's answer makes no sense.",
    cause="Somebody left a test server running on port 443.",
    fixes=("End test-server and start nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(stop("web", "nginx"), begin("web", INTRUDER), until_well(port("web", 443)), restart("web", "nginx")),
    heal=steps(end("web", INTRUDER), revive("web", "nginx")),
    shows=both(well(port("web", 443)), sees(port("web", 80), "refused")),
)
