"""The application may not read its own table."""

from __future__ import annotations

from lab.breaking import sql, start, steps
from lab.faults import Fault
from lab.symptoms import page, sees

FAULT = Fault(
    name="database-permission-missing",
    area="databases",
    broken="The role intranet has no rights to the table notice in PostgreSQL on the host web.",
    symptom="The intranet shows an error page since the database was tidied up.",
    cause="The rights of the application's role to its table were revoked.",
    fixes=("GRANT ALL ON notice TO intranet.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=sql("REVOKE ALL ON notice FROM intranet", "intranet"),
    heal=steps(sql("GRANT ALL ON notice TO intranet", "intranet"), start("web", "nginx")),
    shows=sees(page, "permission denied"),
)
