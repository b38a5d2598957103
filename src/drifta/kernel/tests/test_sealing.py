"""The hash chain over the event log: complete, and broken by any change."""

from datetime import timedelta

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


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_events_that_may_still_get_a_predecessor_wait() -> None:
    with guard.writing():
        LoggedEvent.objects.create(name="test.seal", subject="test:1", actor_kind="system")
    assert sealing._horizon() == 0  # younger than a second
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_sleep(1.1)")
    assert sealing._horizon() == LoggedEvent.objects.get(name="test.seal").pk


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
