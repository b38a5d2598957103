"""A forgotten transaction holds a lock that everybody waits for."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.processes import Service
from lab.servers.postgresql import BINARIES, end_sleepers

STATEMENTS = "BEGIN; LOCK TABLE notice IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600);"
PSQL = (f"{BINARIES}/psql", "-q", "-h", "/run/postgresql", "-U", "intranet", "-d", "intranet", "-c", STATEMENTS)
MIGRATION = Service("migration", PSQL, user="intranet", stop_signal=2)


def inject(premises: Premises) -> None:
    """Lock the table, and do nothing more."""
    premises["web"].start(MIGRATION)


def heal(premises: Premises) -> None:
    """End the program; its transaction is rolled back."""
    premises["web"].stop(MIGRATION)
    end_sleepers(premises["web"])
    premises.server("web", "nginx").run(premises["web"], premises["watch"])


def shows(premises: Premises) -> str:
    """The application lives and reaches its database, but no page comes."""
    if symptoms.unanswered(premises, "web", "intranet"):
        return ""
    return symptoms.unanswered(premises, "web", "nginx")


FAULT = Fault(
    name="database-locked",
    area="databases",
    broken="A session in PostgreSQL on the host web keeps the table notice locked.",
    symptom="The intranet thinks for a long time and then shows an error.",
    cause="A migration was started by hand and never ended; its transaction holds an exclusive lock.",
    fixes=("End the session that holds the lock (pg_terminate_backend).", "End the program migration."),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
