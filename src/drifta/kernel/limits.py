"""Limits on how often somebody may do something, counted in the database, so that they hold over all processes."""

from django.db import connection

from drifta.kernel import clock, guard
from drifta.kernel.jobs import periodic
from drifta.kernel.models import UseCount

#: One statement without a write-ahead log: a fraction of a millisecond. The database's clock decides for everybody.
_COUNT = """
INSERT INTO kernel_usecount AS counted (key, ends_at, used)
VALUES (%(key)s, to_timestamp((floor(extract(epoch FROM clock_timestamp()) / %(window)s) + 1) * %(window)s), 1)
ON CONFLICT (key) DO UPDATE SET
    used = CASE WHEN counted.ends_at = excluded.ends_at THEN counted.used + 1 ELSE 1 END, ends_at = excluded.ends_at
RETURNING used, ceil(extract(epoch FROM ends_at - clock_timestamp()))
"""


def count(key: str, window: int) -> tuple[int, int]:
    """Count one use of ``key`` (up to 80 characters) in the present window of so many seconds.

    Returns the uses so far, this one included, and the seconds until the next window begins (at least one).
    """
    with guard.writing(), connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "window": window})
        used, left = cursor.fetchone()
    return int(used), max(1, int(left))


@periodic("23 * * * *", name="kernel.forget_uses")
def forget_uses() -> None:
    """Forget windows that have ended."""
    with guard.writing():
        UseCount.objects.filter(ends_at__lt=clock.now()).delete()
