"""Chunks come back bit for bit, small, and a damaged one is refused."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drifta.monitoring import series

DECIMALS = st.integers(-(10**9), 10**9).flatmap(lambda n: st.sampled_from([n, n / 10, n / 100, n / 1000]))
GAP = st.just(float("nan"))
ANYTHING = st.one_of(st.floats(allow_nan=True, allow_infinity=True, width=64), st.just(-0.0), GAP)
VALUES = st.one_of(st.lists(ANYTHING, min_size=1), st.lists(st.one_of(DECIMALS, GAP), min_size=1))


def same(one: series.Samples, other: series.Samples) -> bool:
    bits = one.values.view(np.uint64) == other.values.view(np.uint64)
    return bool((one.times == other.times).all() and bits.all())


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES, st.data())
def test_every_float_comes_back_bit_for_bit(values: list[float], data: st.DataObject) -> None:
    steps = data.draw(
        st.one_of(
            st.lists(st.integers(0, 10**7), min_size=len(values), max_size=len(values)),
            st.just([15_000] * len(values)),
        )
    )
    part = series.samples(1_767_225_600_000 + np.cumsum(steps), values)
    assert same(series.decode(series.encode(part)), part)


@pytest.mark.parametrize(
    "values",
    [
        [5.0] * 100,
        [float("nan")] * 7,
        [1.5, float("nan"), 2.5],
        [2.0**60, 1.0],
        [0.1 + 0.2, 0.3],
        [float("inf"), 1.0],
        [-0.0, 0.0],
        np.array([0x7FF8000000000001, 0x7FF8000000000000], np.uint64).view(np.float64),
    ],
)
def test_special_values(values: list[float]) -> None:
    part = series.samples(np.arange(len(values)) * 60_000, values)
    assert same(series.decode(series.encode(part)), part)


def test_a_constant_costs_next_to_nothing() -> None:
    part = series.samples(np.arange(1440) * 60_000, np.full(1440, 21.5))
    assert len(series.encode(part)) < 24


def test_a_common_divisor_is_taken_out() -> None:
    numbers = np.random.default_rng(1).integers(0, 200, 1000)
    plain = series.encode(series.samples(np.arange(1000) * 1000, numbers))
    pages = series.encode(series.samples(np.arange(1000) * 1000, numbers * 4096))
    assert len(pages) < len(plain) + 10


def test_one_decimal_gauges_need_little_more_than_half_a_byte() -> None:
    random = np.random.default_rng(2)
    hours = np.arange(5760) / 240
    noise = random.triangular(-0.55, 0, 0.55, 5760)
    part = series.samples(np.arange(5760) * 15_000, np.round(40 + 7 * np.sin(hours / 4) + noise, 1))
    assert len(series.encode(part)) / len(part) < 0.6


def test_a_damaged_chunk_is_refused() -> None:
    chunk = series.encode(series.samples(np.cumsum(np.arange(1, 60) ** 2), np.sqrt(np.arange(1, 60))))
    for length in range(len(chunk)):
        with pytest.raises(series.ChunkError):
            series.decode(chunk[:length])
    with pytest.raises(series.ChunkError, match="version 9"):
        series.decode(b"\x09" + chunk[1:])


def test_join_sorts_and_the_later_part_counts() -> None:
    joined = series.join([series.samples([3000, 1000], [3, 1]), series.samples([2000, 3000], [2, 9])])
    assert joined.times.tolist() == [1000, 2000, 3000]
    assert joined.values.tolist() == [1, 2, 9]


def test_an_empty_chunk_is_not_made() -> None:
    with pytest.raises(ValueError, match="1 to"):
        series.encode(series.EMPTY)
