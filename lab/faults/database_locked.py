"""A forgotten transaction holds a lock that everybody waits for."""

from __future__ import annotations

from lab.breaking import begin, end, sql, start, steps
from lab.faults import Fault
from lab.processes import Service
from lab.servers.postgresql import BINARIES, END_SLEEPERS
from lab.symptoms import page, sees

STATEMENTS = "BEGIN; LOCK TABLE notice IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3600);"
PSQL = (f"{BINARIES}/psql", "-q", "-h", "/run/postgresql", "-U", "intranet", "-d", "intranet", "-c", STATEMENTS)
MIGRATION = Service("migration", PSQL, user="intranet", stop_signal=2)

FAULT = Fault(
    name="database-locked",
    area="databases",
    broken="A session in PostgreSQL on the host web keeps the table notice locked.",
    symptom="The intranet thinks for a long time and then shows an error.",
    cause="A migration was started by hand and never ended; its transaction holds an exclusive lock.",
    fixes=("End the session that holds the lock (pg_terminate_backend).", "End the program migration."),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=begin("web", MIGRATION),
    heal=steps(end("web", MIGRATION), sql(END_SLEEPERS), start("web", "nginx")),
    shows=sees(page, "statement timeout"),
)
