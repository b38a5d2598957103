"""The web server shows a page of its own instead of the intranet."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.symptoms import page, sees

CONFIGURATION = Line(
    "web", "/etc/nginx/nginx.conf", right="proxy_pass http://127.0.0.1:8000;", wrong="root /var/www/lab;"
)

FAULT = Fault(
    name="web-content-wrong",
    area="web",
    broken="nginx on the host web serves /var/www/lab instead of the application behind it.",
    symptom="The intranet shows a page of welcome and no notices.",
    cause="The site's configuration names a document root instead of the application.",
    fixes=("Pass requests on to http://127.0.0.1:8000 and reload nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(CONFIGURATION.spoil, restart("web", "nginx")),
    heal=steps(CONFIGURATION.correct, revive("web", "nginx")),
    shows=sees(page, "200 <!doctype html><title>Norrvik</title>"),
)
