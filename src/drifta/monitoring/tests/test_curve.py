"""Charts keep peaks and gaps."""

import numpy as np

from drifta.monitoring import series
from drifta.monitoring.curve import curve

MINUTE = 60_000


def test_few_samples_are_given_as_they_are_with_the_gap() -> None:
    times = np.array([0, 1, 2, 8, 9]) * MINUTE
    drawn = curve(series.samples(times, [1, 2, 3, 4, 5]), 0, 10 * MINUTE, 100)
    assert drawn.times.tolist() == [0, MINUTE, 2 * MINUTE, 3 * MINUTE, 8 * MINUTE, 9 * MINUTE]
    assert np.isnan(drawn.mean[3])
    assert drawn.greatest[4] == 4


def test_a_short_peak_is_seen_at_a_long_range() -> None:
    values = np.zeros(100_000)
    values[54_321] = 99
    drawn = curve(series.samples(np.arange(100_000) * 1000, values), 0, 100_000_000, 600)
    assert len(drawn) <= 601
    assert np.nanmax(drawn.greatest) == 99
    assert np.nanmin(drawn.least) == 0


def test_an_hour_without_samples_is_a_gap_at_a_long_range() -> None:
    times = np.arange(30 * 1440) * MINUTE
    kept = (times < 10 * 86_400_000) | (times > 12 * 86_400_000)
    drawn = curve(series.samples(times[kept], np.ones(int(kept.sum()))), 0, 30 * 86_400_000, 300)
    inside = (drawn.times > 10.2 * 86_400_000) & (drawn.times < 11.8 * 86_400_000)
    assert np.isnan(drawn.mean[inside]).all()
    assert not np.isnan(drawn.mean[drawn.times < 10 * 86_400_000]).any()


def test_nothing_is_an_empty_curve() -> None:
    assert len(curve(series.EMPTY, 0, 1000, 10)) == 0


def test_missing_values_do_not_spoil_a_bucket() -> None:
    values = np.where(np.arange(1000) % 2, np.nan, 4)
    drawn = curve(series.samples(np.arange(1000) * 1000, values), 0, 1_000_000, 10)
    assert drawn.mean.tolist() == [4] * 10
