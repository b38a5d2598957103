"""What happens by itself: packing, forgetting, outside alerts that are not repeated."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection

from drifta.kernel import clock
from drifta.kernel.actor import SYSTEM
from drifta.monitoring import actions, jobs
from drifta.monitoring.models import Alert, Chunk, State, StateChange
from drifta.monitoring.store import history, samples
from drifta.monitoring.tests import factories
from drifta.monitoring.tests.factories import Sent
from drifta.monitoring.tests.test_receiving import deliver

pytestmark = pytest.mark.django_db


def partitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'monitoring_statechange'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


def test_samples_are_packed_after_the_hour_and_forgotten_after_their_time() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    deliver(probe, Sent(1).run(check.pk).metric("time", [0.5]))
    jobs.compact()
    assert not Chunk.objects.exists()
    numbers = samples.series_of("time", "", "s", np.array([check.pk])).tolist()
    with clock.travel(timedelta(hours=2)):
        jobs.compact()
        assert Chunk.objects.count() == 2
        assert samples.read(numbers, 0, 2**31 - 1)[numbers[0]].values.tolist() == [0.5]
        jobs.forget()
        assert Chunk.objects.count() == 2
    with clock.travel(timedelta(days=500)):
        jobs.forget()
    assert not Chunk.objects.exists()


def test_months_are_prepared_and_dropped() -> None:
    now = clock.now().replace(year=2031, month=11, day=15)
    history.prepare(now)
    history.prepare(now)
    assert {f"{history.TABLE}_{month}" for month in ("203111", "203112", "203201")} <= partitions()
    StateChange.objects.create(check_id=1, at=now, state=State.BAD)
    history.forget(now.replace(year=2032, month=1, day=1))
    assert f"{history.TABLE}_203112" not in partitions()
    assert f"{history.TABLE}_203201" in partitions()
    assert not StateChange.objects.filter(check_id=1).exists()


def test_an_outside_alert_that_is_not_repeated_ends() -> None:
    home = factories.organisation()
    actions.raise_outside(
        SYSTEM,
        organisation_id=home.pk,
        labels={"alertname": "Backup"},
        expires_at=clock.now() + timedelta(minutes=5),
    )
    jobs.look_after_alerts()
    assert Alert.objects.get().ended_at is None
    with clock.travel(timedelta(minutes=6)):
        jobs.look_after_alerts()
    assert Alert.objects.get().ended_at is not None
