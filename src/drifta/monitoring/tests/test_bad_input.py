"""What a broken, confused or hostile probe may send: a clear answer each time, nothing wrong stored."""

import json
from typing import Any

import msgspec
import numpy as np
import pytest
import zstandard
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import House
from drifta.kernel import clock
from drifta.kernel.actor import SYSTEM
from drifta.monitoring import actions, batch
from drifta.monitoring.models import Alert, Check, CheckState, Probe, State
from drifta.monitoring.moments import milliseconds
from drifta.monitoring.store import samples
from drifta.monitoring.tests import factories
from drifta.monitoring.tests.factories import Sent
from drifta.monitoring.tests.test_receiving import REFUSED, deliver
from drifta.monitoring.tests.test_views import ZSTD, as_, post

DAY = 86_400_000
YEARS = 40 * 365 * DAY

HELLO = {
    "formats": [1], "version": "0.1", "name": "oslo", "host": "h", "kinds": ["tcp"],
    "journal": factories.JOURNAL, "sequence": 0, "time": 0,
}  # fmt: skip


def state_of(check: Check) -> CheckState:
    return CheckState.objects.get(pk=check.pk)


def curve(check: Check) -> list[float]:
    numbers = samples.series_of("time", "", "s", np.array([check.pk])).tolist()
    found: list[float] = samples.read(numbers, 0, 2**31 - 1)[numbers[0]].values.tolist()
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("ahead", [DAY, -DAY, YEARS, -YEARS], ids=["a day", "a day ago", "years", "years ago"])
def test_a_wrong_clock_is_shown_and_the_times_are_put_right(house: House, ahead: int) -> None:
    probe, key = factories.probe()
    check = factories.check(probe)
    now = milliseconds(clock.now())
    assert post(key, "hello", json.dumps({**HELLO, "time": now + ahead}).encode()).status_code == 200
    said = Probe.objects.get(pk=probe.pk).clock_offset
    assert abs(said - ahead) < 60_000
    sent = Sent(1, created_at=now + ahead).run(check.pk, 2, ago=5, text=REFUSED).metric("time", [0.5])
    assert post(key, "results", sent.body(), **ZSTD).status_code == 200
    assert abs(Probe.objects.get(pk=probe.pk).clock_offset - ahead) < 60_000
    assert abs((clock.now() - Alert.objects.get().began_at).total_seconds() - 5) < 30
    assert curve(check) == [0.5]
    page = as_(house.ann).get(f"/monitor/probes/{probe.pk}/").content.decode()
    assert "Its clock differs from the server" in page


@pytest.mark.django_db
def test_a_batch_that_comes_after_a_newer_one_changes_nothing() -> None:
    probe, key = factories.probe()
    check = factories.check(probe)
    deliver(probe, Sent(3).run(check.pk, 2, text=REFUSED).metric("time", [0.3]))
    late = post(key, "results", Sent(2).run(check.pk, 0, ago=30).metric("time", [0.2]).body(), **ZSTD)
    assert (late.status_code, late.json()["acknowledged"]) == (200, 3)
    assert state_of(check).state == State.BAD
    assert curve(check) == [0.3]


@pytest.mark.django_db
def test_rows_out_of_order_in_a_batch_are_put_in_order() -> None:
    probe, _ = factories.probe()
    check = factories.check(probe)
    sent = Sent(1).run(check.pk, 0, ago=1).run(check.pk, 2, ago=9, text=REFUSED).run(check.pk, 2, ago=5)
    deliver(probe, sent.metric("time", [1, 9, 5]))
    assert state_of(check).state == State.GOOD
    assert not Alert.objects.filter(ended_at=None).exists()
    assert curve(check) == [9, 5, 1]


@pytest.mark.django_db
def test_unknown_checks_are_left_out_and_the_others_of_the_batch_are_kept() -> None:
    probe, key = factories.probe()
    mine, others = factories.check(probe), factories.check(factories.probe()[0])
    off = factories.check(probe, "off")
    Check.objects.filter(pk=off.pk).update(enabled=False)
    sent = Sent(1)
    for number in (999_999_999, others.pk, off.pk, mine.pk):
        sent.run(number, 2, text=REFUSED, token="x")
    answer = post(key, "results", sent.metric("time", [1, 2, 3, 4]).body(), **ZSTD)
    assert (answer.status_code, answer.json()["acknowledged"]) == (200, 1)
    assert [alert.check_row_id for alert in Alert.objects.all()] == [mine.pk]
    assert state_of(others).state is None
    assert curve(mine) == [4]
    assert curve(others) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        (b"", 400, "malformed"),
        (b"GET / HTTP/1.1", 400, "malformed"),
        (Sent(1).run(1).body()[:-9], 400, "malformed"),
        (zstandard.compress(b"\xc1 not MessagePack"), 400, "malformed"),
        (Sent(1).run(1).body(check=b"1"), 400, "malformed"),
        (Sent(1).run(1).body(format=9), 415, "format"),
        (bytes((1 << 20) + 1), 413, "too-large"),
        (zstandard.compress(bytes(17 << 20)), 413, "too-large"),
        (Sent(1).run(1).body(rows=20_001), 413, "too-large"),
    ],
    ids=["empty", "another protocol", "cut off", "not msgpack", "short", "newer", "large", "bomb", "long"],
)
def test_what_cannot_be_read_is_explained(body: bytes, status: int, kind: str) -> None:
    probe, key = factories.probe()
    answer = post(key, "results", body, **ZSTD)
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert problem["type"] == f"urn:drifta:probe:{kind}"
    assert len(problem["detail"]) > 10
    assert Probe.objects.get(pk=probe.pk).seen_at is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer wrong", "Bearer ø\x7f", "Bearer " + "x" * 9000]
)
@pytest.mark.parametrize("path", ["hello", "results"])
def test_without_the_right_key_nothing_is_read(path: str, header: str) -> None:
    answer = Client().post(
        f"/probe/v1/{path}", b"garbage", content_type="application/json", headers={"Authorization": header}
    )
    assert answer.status_code == 401
    assert "Enter the key shown when it was made" in answer.json()["detail"]


@pytest.mark.django_db
def test_a_key_that_was_changed_is_refused() -> None:
    probe, old = factories.probe()
    actions.rotate_key(SYSTEM, probe)
    assert post(old, "results", Sent(1).body(), **ZSTD).status_code == 401


NUL = "a\0b"
KEYS = sorted(msgspec.msgpack.decode(zstandard.decompress(Sent(1).run(1).body())))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"texts": {0: [NUL, {}]}},
        {"texts": {0: ["x", {"target": NUL}]}},
        {"texts": {0: ["x", {NUL: 1}]}},
        {"texts": {0: ["x", {"value": float("nan")}]}},
        {"texts": {0: ["x", {"value": float("inf")}]}},
        {"texts": {0: ["x", {"value": 1 << 63}]}},
        {"runs": {0: NUL}},
        {"probe": {"cpu": float("nan")}},
        {"probe": {"cpu": float("-inf")}},
        {"probe": {NUL: 1}},
        {"probe": {"memory": "x" * 500_000}},
        {"metrics": [{"name": NUL, "unit": "", "values": np.array([1.0]).tobytes()}]},
        {"metrics": [{"name": "x", "unit": NUL, "values": np.array([1.0]).tobytes()}]},
        {"metrics": [{"name": "x", "unit": "", "label": ["a", NUL], "values": np.array([1.0]).tobytes()}]},
        {"metrics": [{"name": "", "unit": "", "values": np.array([1e308]).tobytes()}]},
        {"metrics": [{"name": "x", "unit": "", "rows": b"", "values": b""}]},
        {"metrics": [{"name": "x", "unit": "", "values": np.array([1.0]).tobytes()}] * 2},
        {"sequence": (1 << 63) - 1},
        {"created_at": 0},
        {"time": np.array([0], "<i8").tobytes()},
        {"time": np.array([(1 << 52) - 1], "<i8").tobytes()},
        {"duration": np.array([np.nan], "<f4").tobytes()},
        {"attempt": b"\xff", "flags": b"\xff"},
    ],
    ids=str,
)
def test_strange_values_are_taken_or_refused_but_break_nothing(wrong: dict[str, Any]) -> None:
    probe, key = factories.probe()
    check = factories.check(probe)
    answer = post(key, "results", Sent(1).run(check.pk, 2).body(**wrong), **ZSTD)
    assert answer.status_code in (200, 400)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"time": 1 << 62},
        {"time": -(1 << 62)},
        {"version": NUL},
        {"host": NUL},
        {"kinds": [NUL]},
        {"kinds": ["x" * 1000] * 1000},
        {"journal": NUL},
        {"journal": "x" * 10_000},
        {"sequence": 1 << 62},
        {"host": "\ud800"},
    ],
    ids=str,
)
def test_a_strange_introduction_is_taken_or_refused_but_breaks_nothing(wrong: dict[str, Any]) -> None:
    _, key = factories.probe()
    assert post(key, "hello", json.dumps({**HELLO, **wrong}).encode()).status_code in (200, 400)


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_bytes_are_read_or_refused(data: st.DataObject) -> None:
    sent = Sent(1).run(1, 2, text=REFUSED, token="t").run(2).metric("time", [0.1, 0.2], label=("mount", "/srv"))
    plain = bytearray(zstandard.decompress(sent.body()))
    for _ in range(data.draw(st.integers(1, 4))):
        plain[data.draw(st.integers(0, len(plain) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = batch.read(zstandard.compress(bytes(plain)))
    except (batch.MalformedError, batch.TooLargeError, batch.UnsupportedError):
        return
    found.set_clock(milliseconds(clock.now()), 0)
    assert len(found.time) == len(found.check) == len(found.state)


_anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(key=st.sampled_from(KEYS), value=_anything)
@settings(max_examples=300, deadline=None)
def test_any_value_in_any_place_is_read_or_refused(key: str, value: Any) -> None:
    try:
        batch.read(Sent(1).run(1).body(**{key: value}))
    except (batch.MalformedError, batch.TooLargeError, batch.UnsupportedError):
        return
