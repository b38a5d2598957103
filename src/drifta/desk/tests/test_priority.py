"""The matrix of impact and urgency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drifta.desk.priority import LEVELS, PRIORITIES, levels_for, priority

levels = st.sampled_from(LEVELS)


def test_the_corners() -> None:
    assert [priority(1, 1), priority(2, 2), priority(3, 3)] == [1, 3, 5]


@given(levels, levels, levels)
def test_more_impact_or_urgency_is_never_less_urgent(one: int, other: int, fixed: int) -> None:
    low, high = sorted((one, other))
    assert priority(low, fixed) <= priority(high, fixed)
    assert priority(fixed, low) <= priority(fixed, high)


@given(levels, levels)
def test_the_matrix_is_symmetric(impact: int, urgency: int) -> None:
    assert priority(impact, urgency) == priority(urgency, impact)
    assert priority(impact, urgency) in PRIORITIES


@given(st.sampled_from(PRIORITIES))
def test_levels_lead_back_to_the_priority(wanted: int) -> None:
    assert priority(*levels_for(wanted)) == wanted


@given(st.integers().filter(lambda number: number not in LEVELS))
def test_other_levels_do_not_exist(level: int) -> None:
    with pytest.raises(ValueError, match="1, 2 or 3"):
        priority(level, 1)
