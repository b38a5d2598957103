"""The table of the application is gone after half a migration."""

from __future__ import annotations

from lab.building import Premises
from lab.faults import Fault
from lab.faults.web_content_wrong import fetch
from lab.servers.postgresql import query


def rename(premises: Premises, old: str, new: str) -> None:
    """Rename a table, if it is there."""
    query(premises["web"], f"ALTER TABLE IF EXISTS {old} RENAME TO {new}", "intranet")


def inject(premises: Premises) -> None:
    """Rename the table."""
    rename(premises, "notice", "notice_old")


def heal(premises: Premises) -> None:
    """Give it its name back."""
    rename(premises, "notice_old", "notice")
    premises.server("web", "nginx").run(premises["web"], premises["watch"])


def shows(premises: Premises) -> str:
    """The application's error page gives the database's reason."""
    status, text = fetch(premises)
    return f"{status} {text.strip()}" if "does not exist" in text else ""


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
    inject=inject,
    heal=heal,
    shows=shows,
)
