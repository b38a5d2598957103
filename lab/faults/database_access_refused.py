"""The database refuses the application because of its access rules."""

from __future__ import annotations

from lab.building import Premises
from lab.faults import Fault
from lab.faults.web_content_wrong import fetch
from lab.servers.postgresql import ACCESS, DATA, query


def load(premises: Premises, first: str) -> None:
    """Let the rules begin with a line, and let the database read them."""
    premises["web"].write(f"{DATA}/pg_hba.conf", first + ACCESS, owner="postgres", mode=0o600)
    query(premises["web"], "SELECT pg_reload_conf()")


def inject(premises: Premises) -> None:
    """Refuse all connections over the network."""
    load(premises, "host all all 0.0.0.0/0 reject\n")


def heal(premises: Premises) -> None:
    """Load the office's rules."""
    load(premises, "")
    premises.server("web", "nginx").run(premises["web"], premises["watch"])


def shows(premises: Premises) -> str:
    """The application's error page gives the database's reason."""
    status, text = fetch(premises)
    return f"{status} {text.strip()}" if "pg_hba.conf rejects" in text else ""


FAULT = Fault(
    name="database-access-refused",
    area="databases",
    broken="pg_hba.conf on the host web rejects every connection over TCP.",
    symptom="The intranet says that the database does not answer.",
    cause="A reject rule stands before the rule that admits the application.",
    fixes=("Remove the reject line from pg_hba.conf and reload PostgreSQL.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
