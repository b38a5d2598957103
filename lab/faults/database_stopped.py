"""The database behind the intranet is down."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import page, sees

FAULT = Fault(
    name="database-stopped",
    area="databases",
    broken="PostgreSQL on the host web does not run.",
    symptom="The intranet shows “Databasen svarar inte” instead of the notices.",
    cause="The database server, on which the application depends, is stopped.",
    fixes=("Start PostgreSQL on the host web.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=stop("web", "postgresql"),
    heal=start("web", "postgresql"),
    shows=sees(page, "5432 failed: Connection refused"),
)
