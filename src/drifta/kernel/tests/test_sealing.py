"""The hash chain over the event log: complete, and broken by any change."""

import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from drifta.kernel import clock, guard, sealing
from drifta.kernel.models import LoggedEvent, Seal


@pytest.fixture
def _events(db: None) -> None:
    with guard.writing():
        for number in range(5):
            LoggedEvent.objects.create(
                name="test.seal", subject=f"test:{number}", actor_kind="system", data={"n": number}
            )


@pytest.fixture
def _old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_horizon", lambda: 2**62)  # the test's own transaction is still running


@pytest.mark.usefixtures("_events", "_old")
def test_events_are_sealed_once_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "STRETCH", 2)
    sealing.seal()
    sealing.seal()
    assert sum(Seal.objects.values_list("count", flat=True)) == LoggedEvent.objects.count()
    assert sealing.verify() is None


@pytest.mark.usefixtures("_events", "_old")
@pytest.mark.parametrize("change", ["UPDATE kernel_event SET actor_name = 'Eve'", "DELETE FROM kernel_event"])
def test_tampering_shows(change: str) -> None:
    sealing.seal()
    victim = LoggedEvent.objects.order_by("pk")[2].pk
    with guard.writing(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER USER")
        for table in ("kernel_event_rest",):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"{change} WHERE id = %s", [victim])
    assert sealing.verify() is not None


def log_event(**values: object) -> int:
    with guard.writing():
        return LoggedEvent.objects.create(name="test.seal", subject="test:1", actor_kind="system", **values).pk


def sealable(event: int) -> bool:
    """Whether the event may be sealed; none may in its first second."""
    found = sealing._horizon() >= event
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() - recorded_at FROM kernel_event WHERE id = %s", [event])
        assert not found or cursor.fetchone()[0] >= timedelta(seconds=1)
    return found


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_events_that_may_still_get_a_predecessor_wait() -> None:
    parameters = {
        k: v for k, v in connection.get_connection_params().items() if k not in {"cursor_factory", "context"}
    }
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT 1")  # begins a transaction, in which an event may still come
        event = log_event()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_sleep(1.1)")
        assert not sealable(event)
    end = time.monotonic() + 60
    while not sealable(event):
        assert time.monotonic() < end
    while sealable(log_event()):  # a pause of the machine may have let it grow old
        assert time.monotonic() < end


@pytest.mark.django_db
def test_partitions_are_made_ahead_and_events_of_any_time_fit() -> None:
    sealing.make_partitions()
    sealing.make_partitions()
    with guard.writing():
        for days in (0, 40, -4000, 4000):
            LoggedEvent.objects.create(
                name="test.seal", subject="test:1", actor_kind="system", at=clock.now() + timedelta(days=days)
            )
    assert LoggedEvent.objects.filter(name="test.seal").count() == 4


def tables_of_events() -> set[str]:
    """Return the partitions of the event log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'kernel_event'::regclass")
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_a_month_that_began_without_a_partition_stops_none_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    may = datetime(2040, 5, 31, 23, 59, 59, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: may)
    log_event(at=may)
    before = tables_of_events()
    sealing.make_partitions()
    assert tables_of_events() - before == {"kernel_event_2040_06", "kernel_event_2040_07"}
    monkeypatch.setattr(clock, "now", lambda: may + timedelta(seconds=1))
    sealing.make_partitions()
    assert tables_of_events() - before == {f"kernel_event_2040_0{month}" for month in (6, 7, 8)}
    assert LoggedEvent.objects.filter(name="test.seal").count() == 1
