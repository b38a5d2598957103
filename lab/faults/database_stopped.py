"""The database behind the intranet is down."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop it."""
    premises.server("web", "postgresql").stop(premises["web"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("web", "postgresql").run(premises["web"], premises["watch"])


def shows(premises: Premises) -> str:
    """The web server answers, but the application says that its database does not."""
    web, watch = premises["web"], premises["watch"]
    if symptoms.closed(watch, web.address, 443):
        return ""
    return symptoms.unanswered(premises, "web", "nginx")


FAULT = Fault(
    name="database-stopped",
    area="databases",
    broken="PostgreSQL on the host web does not run.",
    symptom="The intranet shows “Databasen svarar inte” instead of the notices.",
    cause="The database server, on which the application depends, is stopped.",
    fixes=("Start PostgreSQL on the host web.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
