"""The certificate of the intranet was valid until yesterday."""

from __future__ import annotations

import socket

from lab import certificates, symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import DOMAIN

NAME = f"intranet.{DOMAIN}"


def inject(premises: Premises) -> None:
    """Put a certificate in place that has expired."""
    install(premises, NAME, days=-1, age=91)


def heal(premises: Premises) -> None:
    """Put a fresh one in place."""
    install(premises, NAME)
    premises.server("web", "nginx").run(premises["web"], premises["watch"])


def install(premises: Premises, *names: str, days: float = 90, age: float = 1) -> None:
    """Issue a certificate for ``names``, and let the web server read it."""
    web, server = premises["web"], premises.server("web", "nginx")
    certificates.issue(web, "nginx", *names, days=days, age=age)
    server.stop(web)
    for service in server.services(web):
        web.start(service)


def shows(premises: Premises) -> str:
    """A client that checks certificates refuses this one, and says that it has expired."""
    watch, web = premises["watch"], premises["web"]
    error = symptoms.failure(lambda: shake_hands(premises))
    return error if "expired" in error and not symptoms.closed(watch, web.address, 443) else ""


def shake_hands(premises: Premises) -> None:
    """Open a TLS connection to the intranet by its name."""
    trust = certificates.context(premises["web"].home)
    with premises["watch"].network(), socket.create_connection((premises["web"].address, 443), 3) as connection:
        trust.wrap_socket(connection, server_hostname=NAME).close()


FAULT = Fault(
    name="certificate-expired",
    area="certificates",
    broken="The certificate that nginx on the host web shows expired a day ago.",
    symptom="The browser warns that the connection to the intranet is not safe.",
    cause="The certificate was not renewed in time.",
    fixes=("Install a renewed certificate for the same name and reload nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
