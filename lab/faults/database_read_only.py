"""The database takes no changes any more."""

from __future__ import annotations

from lab.breaking import sql
from lab.building import Premises
from lab.faults import Fault
from lab.servers.postgresql import query
from lab.symptoms import failure, sees


def post(premises: Premises) -> str:
    """Try to write a notice, and take it back: what the database says against it."""
    trial = "BEGIN; INSERT INTO notice (text) VALUES ('Prov'); ROLLBACK"
    return failure(lambda: query(premises["web"], trial, "intranet"))


FAULT = Fault(
    name="database-read-only",
    area="databases",
    broken="The database intranet on the host web is set to read-only.",
    symptom="The notices can be read, but a new one cannot be posted.",
    cause="default_transaction_read_only was switched on for a copy and left on.",
    fixes=("ALTER DATABASE intranet RESET default_transaction_read_only.",),
    hosts=("web", "watch"),
    hurts=frozenset(),
    inject=sql("ALTER DATABASE intranet SET default_transaction_read_only = on"),
    heal=sql("ALTER DATABASE intranet RESET default_transaction_read_only"),
    shows=sees(post, "read-only"),
)
