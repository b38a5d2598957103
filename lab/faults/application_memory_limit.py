"""The web application is allowed too little memory to start."""

from __future__ import annotations

import dataclasses

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.processes import Service, until

LIMIT = 20_000_000
"""Bytes; it needs about three times as much to load its libraries."""
TIMES = 3


def limited(premises: Premises) -> Service:
    """The application under a limit, started again whenever it ends."""
    (service,) = premises.server("web", "intranet").services(premises["web"])
    return dataclasses.replace(service, command=("prlimit", f"--as={LIMIT}", *service.command), restart=True)


def inject(premises: Premises) -> None:
    """Start it under the limit."""
    web = premises["web"]
    premises.server("web", "intranet").stop(web)
    web.start(limited(premises))
    until(lambda: web.services()["intranet"]["starts"] > TIMES, 20, "ending for want of memory")


def heal(premises: Premises) -> None:
    """Start it without."""
    web, server = premises["web"], premises.server("web", "intranet")
    server.stop(web)
    server.run(web)


def shows(premises: Premises) -> str:
    """The web server finds nobody behind it."""
    error = symptoms.unanswered(premises, "web", "nginx")
    return error if "502" in error else ""


FAULT = Fault(
    name="application-memory-limit",
    area="web",
    broken="The intranet on the host web runs under a limit of 20 MB of address space and ends at once.",
    symptom="The intranet shows “502 Bad Gateway” since limits were tightened.",
    cause="The memory limit of the application is too low.",
    fixes=("Raise or remove the limit and start the application.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
