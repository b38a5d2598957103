"""The web server has been stopped."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import both, loopback, port_refused, sees

FAULT = Fault(
    name="web-server-stopped",
    area="web",
    broken="nginx on the host web does not run.",
    symptom="The intranet cannot be reached; the browser says that the connection was refused.",
    cause="The service nginx is stopped.",
    fixes=("Start the service nginx on the host web.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=stop("web", "nginx"),
    heal=start("web", "nginx"),
    shows=both(sees(loopback("web", 443), "refused"), port_refused("web", 443)),
)
