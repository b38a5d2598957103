"""The table of the application is gone after half a migration."""

from __future__ import annotations

from lab.breaking import sql, start, steps
from lab.faults import Fault
from lab.symptoms import page, sees

FAULT = Fault(
    name="database-table-missing",
    area="databases",
    broken="The table notice of the database intranet is called notice_old.",
    symptom="The intranet shows an error page since the last upgrade.",
    cause="A migration renamed the table and ended before it made the new one.",
    fixes=(
        "Rename notice_old to notice.",
        "Finish the migration.",
    ),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=sql("ALTER TABLE IF EXISTS notice RENAME TO notice_old", "intranet"),
    heal=steps(sql("ALTER TABLE IF EXISTS notice_old RENAME TO notice", "intranet"), start("web", "nginx")),
    shows=sees(page, "does not exist"),
)
