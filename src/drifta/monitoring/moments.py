"""Times as the probe protocol and the series have them (whole milliseconds) and as the rest has them (datetime)."""

from datetime import UTC, datetime


def moment(milliseconds: int) -> datetime:
    """Return a time in milliseconds since 1970 as a datetime in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(when: datetime) -> int:
    """Return a datetime as milliseconds since 1970."""
    return round(when.timestamp() * 1000)
