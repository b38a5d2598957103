"""Batches of results become states, history, samples and alerts: once, whatever happens on the way."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
import zstandard

from drifta.kernel import clock
from drifta.kernel.models import LoggedEvent
from drifta.monitoring import batch
from drifta.monitoring.models import Alert, Check, CheckState, Probe, State, StateChange
from drifta.monitoring.moments import milliseconds, moment
from drifta.monitoring.store import compaction, receiving, samples
from drifta.monitoring.tests import factories
from drifta.monitoring.tests.factories import Sent

pytestmark = pytest.mark.django_db

REFUSED = ("connection.refused", {"target": "192.0.2.7:443"})


def deliver(probe: Probe, sent: Sent, *, age: int = 0) -> int:
    found = batch.read(sent.body())
    now = clock.now()
    found.set_clock(milliseconds(now), age)
    return receiving.receive(Probe.objects.get(pk=probe.pk), found, now)


def now_of(check: Check) -> CheckState:
    return CheckState.objects.get(pk=check.pk)


def test_a_bad_state_that_counts_raises_one_alert_and_good_ends_it() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    deliver(probe, Sent(1).run(check.pk))
    deliver(probe, Sent(2).run(check.pk, 2, hard=False, text=REFUSED))
    assert now_of(check).state == State.BAD
    assert now_of(check).hard_state == State.GOOD
    assert not Alert.objects.exists()
    deliver(probe, Sent(3).run(check.pk, 2, attempt=2))
    alert = Alert.objects.get()
    assert (alert.severity, alert.code, alert.ended_at) == (State.BAD, "connection.refused", None)
    deliver(probe, Sent(4).run(check.pk, 2, attempt=2))
    deliver(probe, Sent(5).run(check.pk))
    alert.refresh_from_db()
    assert alert.ended_at is not None
    assert [change.state for change in StateChange.objects.order_by("at", "id")] == [0, 2, 0]
    names = LoggedEvent.objects.filter(subject=check.subject_key).order_by("id").values_list("name", flat=True)
    assert list(names)[1:] == ["monitoring.state_changed"] * 2


def test_the_same_batch_twice_changes_nothing() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    sent = Sent(7).run(check.pk, 2, text=REFUSED).metric("time", [0.25])
    assert deliver(probe, sent) == 7
    assert deliver(probe, sent) == 7
    assert deliver(probe, Sent(6).run(check.pk)) == 7
    assert StateChange.objects.count() == 1
    assert now_of(check).state == State.BAD
    numbers = samples.series_of("time", "", "s", np.array([check.pk])).tolist()
    read = samples.read(numbers, 0, 2**31 - 1)[numbers[0]]
    assert read.values.tolist() == [0.25]


def test_results_of_another_probes_checks_are_left_out() -> None:
    mine, _ = factories.probe()
    other, _ = factories.probe()
    check = factories.check(other)
    deliver(mine, Sent(1).run(check.pk, 2).run(999_999, 2).metric("time", [1, 2]))
    assert now_of(check).state is None
    assert not Alert.objects.exists()
    assert samples.read(samples.series_of("time", "", "s", np.array([check.pk])).tolist(), 0, 2**31 - 1)


def test_what_began_and_ended_while_cut_off_is_history_and_raises_nothing() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    deliver(probe, Sent(1).run(check.pk, ago=900))
    sent = Sent(2).run(check.pk, 2, ago=600, late=True).run(check.pk, 0, ago=300, late=True).run(check.pk)
    deliver(probe, sent, age=1000)
    assert not Alert.objects.exists()
    assert StateChange.objects.filter(check_id=check.pk, state=State.BAD, late=True).count() == 1


def test_a_clock_that_is_a_day_off_is_put_right() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    day = 86_400_000
    for sequence, ahead in ((1, day), (2, -day)):
        sent = Sent(sequence, created_at=milliseconds(clock.now()) + ahead).run(check.pk, sequence, ago=5)
        before = clock.now()
        deliver(probe, sent)
        at = now_of(check).at
        assert at is not None
        assert before - timedelta(milliseconds=1) <= at + timedelta(seconds=5) <= clock.now()


def test_no_time_lies_in_the_future() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    deliver(probe, Sent(1).run(check.pk, 2, ago=-20))
    assert Alert.objects.get().began_at <= clock.now()


def test_flapping_keeps_the_alert_open() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    deliver(probe, Sent(1).run(check.pk, 2))
    deliver(probe, Sent(2).run(check.pk, 0, flapping=True))
    assert Alert.objects.get().ended_at is None
    deliver(probe, Sent(3).run(check.pk, 0))
    assert Alert.objects.get().ended_at is not None


def test_two_probes_with_one_key_are_told_so() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    deliver(probe, Sent(1).run(check.pk))
    with pytest.raises(receiving.TwinError):
        deliver(probe, Sent(1, journal="ab" * 16).run(check.pk, 2))
    assert now_of(check).state == State.GOOD


def test_a_demand_is_withdrawn_when_it_is_answered() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    Check.objects.filter(pk=check.pk).update(run_token="abc")
    deliver(probe, Sent(1).run(check.pk, token="old"))
    assert Check.objects.get(pk=check.pk).run_token == "abc"
    deliver(probe, Sent(2).run(check.pk, token="abc"))
    assert Check.objects.get(pk=check.pk).run_token == ""


def test_samples_survive_compaction_and_late_ones_are_sorted_in() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    begin = milliseconds(clock.now()) // 1000 * 1000
    for sequence, ago in enumerate((50, 40, 90, 30), 1):
        deliver(probe, Sent(sequence, created_at=begin).run(check.pk, ago=ago).metric("time", [ago / 100]))
    numbers = samples.series_of("time", "", "s", np.array([check.pk])).tolist()
    before = samples.read(numbers, 0, 2**31 - 1)[numbers[0]]
    assert before.values.tolist() == [0.9, 0.5, 0.4, 0.3]
    for table in compaction.past_tables(10**7):
        compaction.compact(table)
    samples.forget()
    after = samples.read(numbers, 0, 2**31 - 1)[numbers[0]]
    assert (after.times == before.times).all()
    assert (after.values == before.values).all()
    deliver(probe, Sent(9, created_at=begin).run(check.pk, ago=70).metric("time", [0.7]))
    assert samples.read(numbers, 0, 2**31 - 1)[numbers[0]].values.tolist() == [0.9, 0.7, 0.5, 0.4, 0.3]
    assert compaction.forget(int(moment(begin).timestamp()) + 10) >= 1


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"format": 2}, batch.UnsupportedError),
        ({"check": b"123"}, batch.MalformedError),
        ({"state": b"\x09"}, batch.MalformedError),
        ({"rows": 20_001}, batch.TooLargeError),
        ({"rows": -1}, batch.MalformedError),
        ({"journal": "no"}, batch.MalformedError),
        ({"sequence": 0}, batch.MalformedError),
        ({"time": np.array([-5], "<i8").tobytes()}, batch.MalformedError),
        ({"texts": {5: ["x", {}]}}, batch.MalformedError),
        ({"texts": {0: ["x" * 70, {}]}}, batch.MalformedError),
        ({"metrics": [{"name": "x", "unit": "", "values": b"12345678", "rows": b"\x09\0\0\0"}]}, batch.MalformedError),
        (
            {"metrics": [{"name": "x", "unit": "", "values": np.array([np.nan]).tobytes(), "rows": None}]},
            batch.MalformedError,
        ),
        ({"check": "text"}, batch.MalformedError),
    ],
)
def test_a_batch_of_the_wrong_shape_is_refused(wrong: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        batch.read(Sent(1).run(1).body(**wrong))


@pytest.mark.parametrize("body", [b"", b"garbage", b"\x28\xb5\x2f\xfd", bytes(100)])
def test_garbage_is_refused(body: bytes) -> None:
    with pytest.raises(batch.MalformedError):
        batch.read(body)


def test_a_bomb_is_refused() -> None:
    with pytest.raises(batch.TooLargeError):
        batch.read(zstandard.compress(bytes(17 << 20)))


def test_queries_do_not_grow_with_the_batch(django_assert_max_num_queries: Callable[..., object]) -> None:
    probe, _ = factories.probe()
    checks = [factories.check(probe, f"web-{n}") for n in range(40)]
    first = Sent(1)
    for check in checks:
        first.run(check.pk)
    deliver(probe, first.metric("time", [0.1] * 40))
    again = Sent(2)
    for check in checks:
        again.run(check.pk)
    with django_assert_max_num_queries(16):
        deliver(probe, again.metric("time", [0.1] * 40))
