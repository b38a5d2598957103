"""The database refuses the application because of its access rules."""

from __future__ import annotations

from lab.breaking import Line, sql, start, steps
from lab.faults import Fault
from lab.servers.postgresql import DATA
from lab.symptoms import page, sees

RELOAD = "SELECT pg_reload_conf()"
ALL = "\nhost all all 0.0.0.0/0 scram-sha-256\n"
ACCESS = Line("web", f"{DATA}/pg_hba.conf", right=ALL, wrong=f"\nhost all all 0.0.0.0/0 reject{ALL}")

FAULT = Fault(
    name="database-access-refused",
    area="databases",
    broken="pg_hba.conf on the host web rejects every connection over TCP.",
    symptom="The intranet says that the database does not answer.",
    cause="A reject rule stands before the rule that admits the application.",
    fixes=("Remove the reject line from pg_hba.conf and reload PostgreSQL.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=steps(ACCESS.spoil, sql(RELOAD)),
    heal=steps(ACCESS.correct, sql(RELOAD), start("web", "nginx")),
    shows=sees(page, "pg_hba.conf rejects"),
)
