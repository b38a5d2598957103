"""The application's password for its database is no longer right."""

from __future__ import annotations

from lab.breaking import sql, start, steps
from lab.faults import Fault
from lab.people import PASSWORD
from lab.symptoms import page, sees

FAULT = Fault(
    name="database-password-changed",
    area="databases",
    broken="The role intranet of PostgreSQL on the host web has another password than the application uses.",
    symptom="The intranet says that the database does not answer.",
    cause="The password was changed in the database and not in the application.",
    fixes=(
        "Set the role's password to the one of the application.",
        "Give the application the new password and restart it.",
    ),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=sql("ALTER ROLE intranet PASSWORD 'changed-by-somebody'"),
    heal=steps(sql(f"ALTER ROLE intranet PASSWORD '{PASSWORD}'"), start("web", "nginx")),
    shows=sees(page, "password authentication failed"),
)
