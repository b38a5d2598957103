"""A line in the web server's configuration is wrong, so that it does not come up again."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.building import Premises
from lab.faults import Fault
from lab.symptoms import both, port, sees

CONFIGURATION = Line("web", "/etc/nginx/nginx.conf", right="server_name ", wrong="servername ")


def trial(premises: Premises) -> str:
    """What the web server says to its configuration."""
    return premises["web"].run("nginx", "-t", check=False).stderr.strip()


FAULT = Fault(
    name="web-configuration-wrong",
    area="web",
    broken="/etc/nginx/nginx.conf on the host web has a misspelt directive; nginx refuses to start.",
    symptom="The intranet cannot be reached since the server was restarted.",
    cause="Unknown directive “servername” in the configuration of nginx.",
    fixes=("Correct the directive to server_name and start nginx.", "Restore the last working configuration."),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(CONFIGURATION.spoil, restart("web", "nginx")),
    heal=steps(CONFIGURATION.correct, revive("web", "nginx")),
    shows=both(sees(port("web", 443), "refused"), sees(trial, "unknown directive")),
)
