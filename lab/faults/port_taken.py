"""Another program sits on the web server's port."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.processes import Service, until

INTRUDER = Service("test-server", ("/usr/bin/python3", "-m", "http.server", "443"), directory="/var/empty")


def inject(premises: Premises) -> None:
    """Stop the web server for a moment, take its port, and start it again."""
    web, server = premises["web"], premises.server("web", "nginx")
    web.directory("/var/empty")
    server.stop(web)
    web.start(INTRUDER)
    wait_for_intruder(premises)
    for service in server.services(web):
        web.start(service)


def wait_for_intruder(premises: Premises) -> None:
    """Wait until the intruder listens."""
    until(lambda: not symptoms.closed(premises["watch"], premises["web"].address, 443), 10, "the intruder")


def heal(premises: Premises) -> None:
    """End the intruder, and start the web server."""
    web = premises["web"]
    web.stop(INTRUDER)
    premises.server("web", "nginx").run(web, premises["watch"])


def shows(premises: Premises) -> str:
    """The port is open, but not even port 80 of the web server is."""
    web, watch = premises["web"], premises["watch"]
    if symptoms.closed(watch, web.address, 443):
        return ""
    return symptoms.closed(watch, web.address, 80)


FAULT = Fault(
    name="port-taken",
    area="web",
    broken="Port 443 of the host web belongs to a program called test-server, so nginx does not start.",
    symptom="The browser says that the intranet's answer makes no sense.",
    cause="Somebody left a test server running on port 443.",
    fixes=("End test-server and start nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
