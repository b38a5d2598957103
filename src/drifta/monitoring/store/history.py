"""The history of states: its monthly partitions, and reading it as slots of a bar."""

from datetime import datetime, timedelta

from django.db import connection
from psycopg.sql import SQL, Identifier, Literal

TABLE = "monitoring_statechange"


def prepare(now: datetime) -> None:
    """Make the partitions of this month and the two after it, unless they exist or rows already lie in the rest."""
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _ in range(3):
        following = (month + timedelta(days=32)).replace(day=1)
        _make(f"{TABLE}_{month:%Y%m}", month, following)
        month = following


def _make(name: str, start: datetime, end: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass(%s), EXISTS (SELECT FROM monitoring_statechange_rest WHERE at >= %s AND at < %s)",
            [name, start, end],
        )
        existing, taken = cursor.fetchone()
        if existing is None and not taken:
            cursor.execute(
                SQL("CREATE TABLE {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
                    Identifier(name), Identifier(TABLE), Literal(start), Literal(end)
                )
            )


def forget(before: datetime) -> None:
    """Drop the partitions that lie wholly before a time."""
    newest = f"{TABLE}_{before:%Y%m}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass AND c.relname ~ '_[0-9]{6}$' AND c.relname < %s",
            [TABLE, newest],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(SQL("DROP TABLE {}").format(Identifier(name)))
