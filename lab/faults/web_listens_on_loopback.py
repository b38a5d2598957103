"""The web server takes secure connections from its own machine only."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.symptoms import both, loopback, port, sees, well

CONFIGURATION = Line("web", "/etc/nginx/nginx.conf", right="listen 443 ssl;", wrong="listen 127.0.0.1:443 ssl;")

FAULT = Fault(
    name="web-listens-on-loopback",
    area="web",
    broken="nginx on the host web listens for HTTPS on 127.0.0.1 only.",
    symptom="The browser cannot connect to the intranet.",
    cause="The listen directive names the loopback address.",
    fixes=("Let nginx listen on port 443 of every address and restart it.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(CONFIGURATION.spoil, restart("web", "nginx")),
    heal=steps(CONFIGURATION.correct, revive("web", "nginx")),
    shows=both(well(loopback("web", 443)), sees(port("web", 443), "refused")),
)
