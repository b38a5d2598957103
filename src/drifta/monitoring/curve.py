"""Curves: samples thinned to what a chart can show. Pure arithmetic on arrays: no database, no Django."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drifta.monitoring.series import Samples, Times, Values, between

GAP = 2.5
"""A distance between two samples of more than this many usual distances is a gap."""


@dataclass(frozen=True)
class Curve:
    """A thinned series: times in milliseconds; least, mean and greatest value, NaN where there is a gap."""

    times: Times
    least: Values
    mean: Values
    greatest: Values

    def __len__(self) -> int:
        return len(self.times)


def usual_step(times: Times) -> int:
    """Return the median distance between samples in milliseconds; 0 for fewer than two."""
    return int(np.median(np.diff(times))) if len(times) > 1 else 0


def curve(part: Samples, start: int, end: int, points: int) -> Curve:
    """Return samples from ``start`` to ``end`` (ms) as at most about ``points`` points, gaps kept as NaN.

    Few samples are given as they are; many are put into buckets of equal width, each with its least, mean and
    greatest value, so that a short peak is still seen at a year's range.
    """
    part = between(part, start, end)
    step = usual_step(part.times)
    width = max(1, -(-(end - start) // points))
    if len(part) <= points or width < 2 * step:
        return _as_they_are(part, step)
    return _bucketed(part, start, end, width)


def _as_they_are(part: Samples, step: int) -> Curve:
    before = np.flatnonzero(np.diff(part.times) > GAP * step) + 1 if step else np.zeros(0, np.int64)
    times = np.insert(part.times, before, part.times[before - 1] + step)
    values = np.insert(part.values, before, np.nan)
    return Curve(times, values, values, values)


def _bucketed(part: Samples, start: int, end: int, width: int) -> Curve:
    present = ~np.isnan(part.values)
    values, bucket = part.values[present], (part.times[present] - start) // width
    count = -(-(end - start) // width)
    times = start + np.arange(count, dtype=np.int64) * width + width // 2
    least, mean, greatest = (np.full(count, np.nan) for _ in range(3))
    if len(values):
        first = np.flatnonzero(np.diff(bucket, prepend=-1))
        rows = bucket[first]
        least[rows] = np.minimum.reduceat(values, first)
        greatest[rows] = np.maximum.reduceat(values, first)
        mean[rows] = np.add.reduceat(values, first) / np.diff(np.append(first, len(values)))
    return Curve(times, least, mean, greatest)
