"""Curves of a check as the chart on the page and the API want them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from drifta.kernel import clock
from drifta.monitoring.curve import Curve, curve
from drifta.monitoring.models import Alert, Check, Series, State
from drifta.monitoring.queries import kinds
from drifta.monitoring.queries.glances import WORDS, histories
from drifta.monitoring.store import samples
from drifta.probe.registry import KINDS

RANGES = {"1h": 3600, "6h": 21_600, "24h": 86_400, "7d": 604_800, "30d": 2_592_000, "1y": 31_536_000}
LONGEST = 5 * RANGES["1y"]
#: What a check's page begins with: the first of these that holds all that is known of the check, else the last.
FIRST = ("1h", "6h", "24h")


@dataclass(frozen=True)
class Span:
    """A stretch of time in whole seconds, end excluded, and how many points wide it is drawn."""

    start: int
    end: int
    points: int = 800


def span(name: str, begin: str = "", finish: str = "", width: str = "") -> Span:
    """Return the span that an address asks for: a named range up to now, or ``begin`` to ``finish`` (seconds)."""
    now = int(clock.now().timestamp()) + 1
    points = min(max(int(width), 50), 4000) if width.isdecimal() and len(width) < 6 else 800
    if begin.isdecimal() and finish.isdecimal() and len(begin) < 12 and len(finish) < 12:
        end = min(int(finish), now)
        if 0 < end - int(begin) <= LONGEST:
            return Span(int(begin), end, points)
    return Span(now - RANGES.get(name, RANGES["24h"]), now, points)


def range_of(check: Check, wanted: str) -> str:
    """Return the named range that a check's page shows: the one that is asked for, or what suits the check's age."""
    if wanted in RANGES:
        return wanted
    age = (clock.now() - check.created_at).total_seconds()
    return next((name for name in FIRST if age <= RANGES[name]), FIRST[-1])


def metrics_of(check: Check) -> list[tuple[str, str]]:
    """Return the metrics that were measured of a check, as (name, title), in the order of their declaration."""
    measured = set(Series.objects.filter(check_id=check.pk).exclude(metric="state").values_list("metric", flat=True))
    kind = KINDS.get(check.kind)
    declared = [(metric.name, str(_(metric.title))) for metric in kind.metrics] if kind else []
    known = [(name, title) for name, title in declared if name in measured]
    return known + sorted((name, name) for name in measured - {name for name, _title in known})


def chart(check: Check, metric: str, wanted: Span) -> dict[str, Any]:
    """Return one metric of a check for the chart: a line for each label; thresholds, alerts and times without data."""
    rows = list(Series.objects.filter(check_id=check.pk, metric=metric).order_by("label"))
    read = samples.read([row.pk for row in rows], wanted.start, wanted.end)
    curves = {row.label: curve(read[row.pk], wanted.start * 1000, wanted.end * 1000, wanted.points) for row in rows}
    title = next((title for name, title in metrics_of(check) if name == metric), metric)
    times, lines = _lines(curves, title)
    unit = rows[0].unit if rows else ""
    return {
        "unit": "" if unit == "1" else unit,
        "from": wanted.start,
        "to": wanted.end,
        "times": (times / 1000).tolist(),
        "series": lines,
        "thresholds": _thresholds(check, metric, unit),
        "bands": _bands(check, wanted),
        "ticks": _ticks(check, wanted),
        "zero": True,
    }


def _lines(curves: dict[str, Curve], title: str) -> tuple[NDArray[np.int64], list[dict[str, Any]]]:
    """Bring curves onto common times; a single thinned one also shows its greatest values."""
    parts = [drawn.times for drawn in curves.values()]
    times = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
    lines = [_line(name or title, drawn.times, drawn.mean, times) for name, drawn in curves.items()]
    if len(curves) == 1:
        (drawn,) = curves.values()
        if drawn.greatest is not drawn.mean:
            lines.append(_line(_("Highest"), drawn.times, drawn.greatest, times))
    return times, lines


def _line(name: str, own: NDArray[np.int64], values: NDArray[np.float64], times: NDArray[np.int64]) -> dict[str, Any]:
    placed = np.full(len(times), np.nan)
    placed[np.searchsorted(times, own)] = values
    known = np.isnan(placed)
    return {
        "label": name,
        "values": [None if gap else value for gap, value in zip(known, placed.tolist(), strict=True)],
    }


def _thresholds(check: Check, metric: str, unit: str) -> list[dict[str, Any]]:
    levels = (("warning", _("Warning")), ("bad", _("Bad")))
    found = [(kinds.threshold(check.settings, metric, unit, level), word, level) for level, word in levels]
    return [{"value": value, "label": word, "state": level} for value, word, level in found if value is not None]


def _bands(check: Check, wanted: Span) -> list[dict[str, Any]]:
    """Return the times that were not good."""
    changes = histories([check.pk], wanted.start, wanted.end).get(check.pk, [])
    ends = [*(change.at for change in changes[1:]), float(wanted.end)]
    return [
        {"from": max(change.at, wanted.start), "to": end, "label": change.state, "state": change.state}
        for change, end in zip(changes, ends, strict=False)  # no change yet: no end belongs to anything
        if change.state != "good"
    ][-500:]


def _ticks(check: Check, wanted: Span) -> list[dict[str, Any]]:
    rows = Alert.objects.filter(check_row=check).order_by("-began_at")[:200]
    return [
        {"time": row.began_at.timestamp(), "label": row.title, "state": WORDS[State(row.severity)]}
        for row in rows
        if wanted.start <= row.began_at.timestamp() < wanted.end
    ]
