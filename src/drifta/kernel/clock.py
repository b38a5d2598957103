"""The only source of time. Tests travel; nothing else calls ``datetime.now``."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_shift = timedelta(0)


def now() -> datetime:
    """Return the present moment as an aware datetime in UTC."""
    return datetime.now(UTC) + _shift


@contextmanager
def travel(by: timedelta) -> Iterator[None]:
    """Move the clock of this process forward (or back) by ``by`` while the context is open."""
    global _shift  # noqa: PLW0603 - one clock per process is the point
    before = _shift
    _shift = before + by
    try:
        yield
    finally:
        _shift = before
