"""A line in the web server's configuration is wrong, so that it does not come up again."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault

FILE = "/etc/nginx/nginx.conf"


def inject(premises: Premises) -> None:
    """Misspell a directive, and let the server be restarted."""
    web = premises["web"]
    web.shell(f"sed -i 's/server_name/servername/' {FILE}")
    server = premises.server("web", "nginx")
    server.stop(web)
    for service in server.services(web):
        web.start(service)


def heal(premises: Premises) -> None:
    """Correct the line, and start."""
    web = premises["web"]
    web.shell(f"sed -i 's/servername/server_name/' {FILE}")
    premises.server("web", "nginx").run(web, premises["watch"])


def shows(premises: Premises) -> str:
    """Nothing listens where browsers connect."""
    return symptoms.closed(premises["watch"], premises["web"].address, 443)


FAULT = Fault(
    name="web-configuration-wrong",
    area="web",
    broken=f"{FILE} on the host web has a misspelt directive; nginx refuses to start.",
    symptom="The intranet cannot be reached since the server was restarted.",
    cause="Unknown directive “servername” in the configuration of nginx.",
    fixes=("Correct the directive to server_name and start nginx.", "Restore the last working configuration."),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
