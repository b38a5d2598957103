"""The web server lets the headquarters in only."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.people import BRANCH
from lab.symptoms import both, page, page_from, sees

CONFIGURATION = Line(
    "web", "/etc/nginx/nginx.conf", right="listen 443", wrong="allow 10.20.0.0/16; deny all; listen 443"
)

FAULT = Fault(
    name="web-access-denied",
    area="web",
    broken="nginx on the host web denies every address outside 10.20.0.0/16.",
    symptom="At the harbour the intranet says “403 Forbidden”; at the headquarters it works.",
    cause="The list of addresses in the web server's configuration lacks the branch's network.",
    fixes=("Allow 10.30.0.0/24 as well and reload nginx.", "Remove the lines allow and deny."),
    hosts=("web", "backup", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(CONFIGURATION.spoil, restart("web", "nginx")),
    heal=steps(CONFIGURATION.correct, revive("web", "nginx")),
    shows=both(sees(page, "200"), sees(page_from("backup"), "403")),
    sites=(BRANCH,),
)
