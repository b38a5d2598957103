"""The web server sends every browser back to where it came from."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.symptoms import page, sees

CONFIGURATION = Line(
    "web",
    "/etc/nginx/nginx.conf",
    right="proxy_pass http://127.0.0.1:8000;",
    wrong="return 301 https://$host$request_uri;",
)

FAULT = Fault(
    name="web-redirect-loop",
    area="web",
    broken="nginx on the host web answers every request with a redirection to the same address.",
    symptom="The browser says that the intranet redirects too often.",
    cause="The redirection to HTTPS was put into the part of the configuration that serves HTTPS.",
    fixes=("Pass requests on to http://127.0.0.1:8000 instead of returning 301, and reload nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(CONFIGURATION.spoil, restart("web", "nginx")),
    heal=steps(CONFIGURATION.correct, revive("web", "nginx")),
    shows=sees(page, "301"),
)
