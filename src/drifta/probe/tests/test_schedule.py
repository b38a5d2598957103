"""The arithmetic of due times."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drifta.probe.assignment import Assignment
from drifta.probe.main import ClockWatch
from drifta.probe.schedule import advance_grid, next_grid_point, percentile, spread

INTERVALS = st.floats(1, 86400)
PHASES = st.floats(0, 0.999)


def assignment(identifier: int, **changes: float) -> Assignment:
    values = {"interval": 60, "timeout": 5, "retry_interval": 10} | changes
    return Assignment(id=identifier, kind="icmp", version=1, settings={}, **values)


@given(st.floats(1e9, 2e9), INTERVALS, PHASES)
def test_the_next_regular_moment_is_at_most_an_interval_away(wall: float, interval: float, phase: float) -> None:
    ahead = next_grid_point(wall, interval, phase)
    assert 0 < ahead <= interval + 1e-3


@given(st.floats(1e9, 2e9), INTERVALS, PHASES)
def test_a_restart_keeps_the_moments(wall: float, interval: float, phase: float) -> None:
    first = wall + next_grid_point(wall, interval, phase)
    later = wall + interval / 3
    second = later + next_grid_point(later, interval, phase)
    steps = (second - first) / interval
    assert steps == pytest.approx(round(steps), abs=1e-3)


@given(st.floats(0, 1e6), st.floats(0, 1e6), INTERVALS)
def test_the_grid_moves_beyond_now_in_whole_steps(grid: float, now: float, interval: float) -> None:
    following, skipped = advance_grid(grid, now, interval)
    assert following > now
    assert following - now <= interval + 1e-6 or following == grid
    assert (following - grid) / interval == pytest.approx(round((following - grid) / interval), abs=1e-6)
    assert skipped >= 0


def test_offsets_are_the_same_every_time_and_spread_evenly() -> None:
    phases = [assignment(number).phase for number in range(1, 10_001)]
    assert phases == [assignment(number).phase for number in range(1, 10_001)]
    tenths = [sum(1 for phase in phases if int(phase * 10) == tenth) for tenth in range(10)]
    assert min(tenths) > 900
    assert max(tenths) < 1100


def test_the_timeout_is_cut_below_the_interval() -> None:
    assert assignment(1, interval=2.0, timeout=30.0).allowed_timeout == pytest.approx(1.8)
    assert assignment(1, interval=60.0, timeout=5.0).allowed_timeout == 5.0


def test_a_few_checks_begin_at_once_and_many_in_turn() -> None:
    assert spread(1, 60) == 0
    assert spread(10_000, 60) == 20
    assert spread(10_000, 10) == 10


def test_percentiles() -> None:
    assert percentile([], 0.99) == 0
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2
    assert percentile([1.0, 2.0, 3.0], 1.0) == 3


def test_a_jump_of_the_clock_is_said_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    watch = ClockWatch()
    watch.look()
    assert not caplog.records
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 86400)
    watch.look()
    watch.look()
    assert [record.message for record in caplog.records] == [
        "The clock jumped by 86400 s (it was set, or the machine slept). The schedule goes on."
    ]
