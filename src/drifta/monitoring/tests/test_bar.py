"""History bars and quantities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drifta.monitoring.bar import ORDER, Change, good_share, slots
from drifta.monitoring.units import quantity


def test_each_slot_shows_its_worst_state() -> None:
    changes = [Change(-50, "good"), Change(25, "bad"), Change(26, "good"), Change(60, "warning")]
    assert slots(changes, 0, 100, 10) == ["good", "good", "bad", "good", "good", "good", *["warning"] * 4]


def test_before_the_first_change_nothing_is_known() -> None:
    assert slots([Change(50, "good")], 0, 100, 4) == ["", "", "good", "good"]
    assert slots([], 0, 100, 3) == ["", "", ""]


def test_the_good_share_leaves_out_what_is_not_known() -> None:
    changes = [Change(20, "good"), Change(60, "bad"), Change(80, "good")]
    assert good_share(changes, 0, 100) == pytest.approx(0.75)
    assert good_share([], 0, 100) is None


@given(
    st.lists(st.tuples(st.floats(-100, 200), st.sampled_from(sorted(set(ORDER) - {""}))), max_size=8),
    st.integers(1, 30),
)
def test_a_bar_has_its_slots_whatever_happened(events: list[tuple[float, str]], count: int) -> None:
    changes = [Change(at, state) for at, state in sorted(events)]
    found = slots(changes, 0, 100, count)
    assert len(found) == count
    assert set(found) <= set(ORDER)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0123, "s", "12.3 ms"),
        (2, "s", "2 s"),
        (97.123, "%", "97.1 %"),
        (1536, "B", "1.50 KiB"),
        (0, "B/s", "0 B/s"),
        (12345, "1", "12345"),
        (89.9, "d", "89.9 d"),
    ],
)
def test_quantities(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text
