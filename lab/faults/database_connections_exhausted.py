"""Another program has taken all connections of the database."""

from __future__ import annotations

from lab.breaking import begin, end, sql, start, steps
from lab.faults import Fault
from lab.people import PASSWORD
from lab.processes import Service
from lab.servers.postgresql import BINARIES, END_SLEEPERS
from lab.symptoms import page, sees

URL = f"postgresql://intranet:{PASSWORD}@127.0.0.1:5432/intranet"
#: Keeps taking connections, for as long as any is to be had.
SCRIPT = (
    f"while :; do {BINARIES}/psql -q {URL} -c 'SELECT pg_sleep(3600)' & [ $(jobs -p | wc -l) -lt 30 ] || wait -n; done"
)
REPORTS = Service("reports", ("bash", "-c", SCRIPT), user="intranet")

FAULT = Fault(
    name="database-connections-exhausted",
    area="databases",
    broken="A program called reports holds every connection that PostgreSQL on the host web allows.",
    symptom="The intranet shows “Databasen svarar inte”, now and then or always.",
    cause="The program reports leaks connections.",
    fixes=(
        "End the program reports.",
        "End its sessions in the database and limit the connections of its role.",
    ),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=begin("web", REPORTS),
    heal=steps(end("web", REPORTS), sql(END_SLEEPERS), start("web", "intranet")),
    shows=sees(page, "too many", "remaining connection slots"),
)
