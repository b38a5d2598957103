"""The web application crashes at once, whenever it is started."""

from __future__ import annotations

import dataclasses

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.processes import Service, until

TIMES = 3


def wrong(premises: Premises) -> Service:
    """The application with a password that the database does not accept, started again whenever it ends."""
    (service,) = premises.server("web", "intranet").services(premises["web"])
    url = service.environment["DATABASE"].replace("intranet:", "intranet:wrong-")
    return dataclasses.replace(service, environment={"DATABASE": url}, restart=True)


def inject(premises: Premises) -> None:
    """Start the application with the wrong password."""
    web = premises["web"]
    premises.server("web", "intranet").stop(web)
    web.start(wrong(premises))
    until(lambda: web.services()["intranet"]["starts"] > TIMES, 20, "crashing again and again")


def heal(premises: Premises) -> None:
    """Start it with the right one."""
    web, server = premises["web"], premises.server("web", "intranet")
    server.stop(web)
    server.run(web)


def shows(premises: Premises) -> str:
    """The web server finds nobody behind it."""
    error = symptoms.unanswered(premises, "web", "nginx")
    return error if "502" in error else ""


FAULT = Fault(
    name="application-crash-loop",
    area="web",
    broken="The intranet on the host web ends at once after every start.",
    symptom="The intranet shows “502 Bad Gateway”.",
    cause="The application is configured with a wrong password for its database.",
    fixes=("Correct the password in the application's configuration and start it.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
