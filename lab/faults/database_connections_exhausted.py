"""Another program has taken all connections of the database."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import PASSWORD
from lab.processes import Service
from lab.servers.postgresql import BINARIES, end_sleepers

URL = f"postgresql://intranet:{PASSWORD}@127.0.0.1:5432/intranet"
#: Keeps taking connections, for as long as any is to be had.
SCRIPT = (
    f"while :; do {BINARIES}/psql -q {URL} -c 'SELECT pg_sleep(3600)' & [ $(jobs -p | wc -l) -lt 30 ] || wait -n; done"
)
REPORTS = Service("reports", ("bash", "-c", SCRIPT), user="intranet")


def inject(premises: Premises) -> None:
    """Start a program that opens connections and never closes them."""
    premises["web"].start(REPORTS)


def heal(premises: Premises) -> None:
    """End that program."""
    premises["web"].stop(REPORTS)
    end_sleepers(premises["web"])
    premises.server("web", "intranet").run(premises["web"])


def shows(premises: Premises) -> str:
    """Whoever connects is told that there are too many."""
    error = symptoms.unanswered(premises, "web", "intranet")
    return error if "too many" in error or "remaining connection slots" in error else ""


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
    inject=inject,
    heal=heal,
    shows=shows,
)
