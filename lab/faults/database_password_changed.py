"""The application's password for its database is no longer right."""

from __future__ import annotations

from lab.building import Premises
from lab.faults import Fault
from lab.faults.web_content_wrong import fetch
from lab.people import PASSWORD
from lab.servers.postgresql import query


def inject(premises: Premises) -> None:
    """Change it in the database only."""
    query(premises["web"], "ALTER ROLE intranet PASSWORD 'changed-by-somebody'")


def heal(premises: Premises) -> None:
    """Change it back."""
    query(premises["web"], f"ALTER ROLE intranet PASSWORD '{PASSWORD}'")
    premises.server("web", "nginx").run(premises["web"], premises["watch"])


def shows(premises: Premises) -> str:
    """The application's error page gives the database's reason."""
    status, text = fetch(premises)
    return f"{status} {text.strip()}" if "password authentication failed" in text else ""


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
    inject=inject,
    heal=heal,
    shows=shows,
)
