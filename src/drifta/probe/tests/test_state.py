"""The state machine against plain statements about it."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from drifta.probe.check import State
from drifta.probe.state import HISTORY, Standing, advance, change_percent

STATES = st.sampled_from(list(State))
RUNS = st.lists(STATES, min_size=1, max_size=80)
RETRIES = st.integers(0, 6)


def play(states: list[State], retries: int = 2, flapping: bool = True) -> list[tuple[Standing, bool]]:
    standing = Standing()
    steps = []
    for state in states:
        changed = advance(standing, state, retries=retries, detect_flapping=flapping)
        copy = Standing(standing.state, standing.hard, standing.attempt, standing.flapping, standing.changes)
        steps.append((copy, changed))
    return steps


@given(RUNS, RETRIES)
def test_hard_exactly_when_good_or_confirmed_often_enough(states: list[State], retries: int) -> None:
    bad_in_a_row = 0
    for state, (standing, _) in zip(states, play(states, retries), strict=True):
        bad_in_a_row = 0 if state == State.GOOD else bad_in_a_row + 1
        assert standing.state == state
        assert standing.hard == (state == State.GOOD or bad_in_a_row > retries)


@given(RUNS, RETRIES)
def test_attempt_counts_tries_and_stops_at_the_confirming_one(states: list[State], retries: int) -> None:
    bad_in_a_row = 0
    for state, (standing, _) in zip(states, play(states, retries), strict=True):
        bad_in_a_row = 0 if state == State.GOOD else bad_in_a_row + 1
        assert standing.attempt == max(1, min(bad_in_a_row, retries + 1))


@given(RUNS, RETRIES)
def test_changed_tells_every_difference_and_nothing_else(states: list[State], retries: int) -> None:
    before = None
    for standing, changed in play(states, retries):
        now = (standing.state, standing.hard, standing.flapping)
        assert changed == (now != before)
        before = now


@given(RUNS)
def test_history_remembers_the_last_twenty_changes(states: list[State]) -> None:
    last = play(states)[-1][0]
    changes = [int(new != old) for old, new in itertools.pairwise(states)]
    expected = [*reversed(changes)][:HISTORY]
    assert [last.changes >> age & 1 for age in range(len(expected))] == expected


@given(st.integers(0, (1 << HISTORY) - 1))
def test_change_percent_lies_between_0_and_100_and_newer_weighs_more(changes: int) -> None:
    assert 0 <= change_percent(changes) <= 100.0001
    if changes & 1 and not changes >> (HISTORY - 1) & 1:
        older = (changes & ~1) | 1 << (HISTORY - 1)
        assert change_percent(changes) > change_percent(older)


def test_one_outage_is_not_flapping() -> None:
    states = [State.GOOD] * 20 + [State.BAD] * 5 + [State.GOOD] * 20
    assert not any(standing.flapping for standing, _ in play(states))


def test_every_other_run_flaps_and_quiet_ends_it() -> None:
    states = [State.GOOD, State.BAD] * 10 + [State.GOOD] * 30
    steps = play(states)
    assert steps[19][0].flapping
    assert not steps[-1][0].flapping
    assert [step[0].flapping for step in steps].count(True) > 10


def test_flapping_is_not_looked_for_when_switched_off() -> None:
    assert not any(standing.flapping for standing, _ in play([State.GOOD, State.BAD] * 20, flapping=False))
