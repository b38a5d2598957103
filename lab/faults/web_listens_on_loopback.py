"""The web server takes secure connections from its own machine only."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault

FILE = "/etc/nginx/nginx.conf"
RIGHT = "listen 443 ssl;"
WRONG = "listen 127.0.0.1:443 ssl;"


def restart(premises: Premises, old: str, new: str) -> None:
    """Replace a directive, and start the web server again."""
    web, server = premises["web"], premises.server("web", "nginx")
    web.shell(f"sed -i 's|{old}|{new}|' {FILE}")
    server.stop(web)
    for service in server.services(web):
        web.start(service)


def inject(premises: Premises) -> None:
    """Bind it to the loopback interface."""
    restart(premises, RIGHT, WRONG)


def heal(premises: Premises) -> None:
    """Bind it to every interface."""
    restart(premises, WRONG, RIGHT)
    premises.server("web", "nginx").run(premises["web"], premises["watch"])


def shows(premises: Premises) -> str:
    """The port is closed from outside, and open on the machine itself."""
    web = premises["web"]
    if symptoms.closed(web, "127.0.0.1", 443):
        return ""
    return symptoms.closed(premises["watch"], web.address, 443)


FAULT = Fault(
    name="web-listens-on-loopback",
    area="web",
    broken="nginx on the host web listens for HTTPS on 127.0.0.1 only.",
    symptom="The browser cannot connect to the intranet.",
    cause="The listen directive names the loopback address.",
    fixes=("Let nginx listen on port 443 of every address and restart it.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
