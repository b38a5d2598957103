"""What a list shows of many checks at once: history bar, newest value, small curve; a fixed number of queries."""

from dataclasses import dataclass, field

import numpy as np
from django.db import connection

from drifta.kernel import clock
from drifta.monitoring.bar import Change, slots
from drifta.monitoring.curve import curve
from drifta.monitoring.models import Check, Series, State
from drifta.monitoring.queries import kinds
from drifta.monitoring.series import Samples
from drifta.monitoring.store import samples
from drifta.monitoring.units import quantity
from drifta.ui.numbers import with_mark

SLOTS = 90
DAY = 86_400
SPARK = 3_600
POINTS = 30
WORDS = {State.GOOD: "good", State.WARNING: "warning", State.BAD: "bad", State.UNKNOWN: "unknown"}


@dataclass
class Glance:
    """What a list shows of one check: ``value`` is what its last run measured, empty when that measured nothing.

    ``spark`` holds the last hour, oldest first, None for gaps.
    """

    slots: list[str] = field(default_factory=list)
    value: str = ""
    spark: list[float | None] = field(default_factory=list)


def glances(checks: list[Check]) -> dict[int, Glance]:
    """Return a glance of each check."""
    now = clock.now().timestamp()
    bars = histories([check.pk for check in checks], now - DAY, now)
    found = {check.pk: Glance(slots(bars.get(check.pk, []), now - DAY, now, SLOTS)) for check in checks}
    primary = _primary_series(checks)
    read = samples.read(list(primary), int(now) - SPARK, int(now) + 1)
    last_runs = {check.pk: int(check.now.at.timestamp()) if check.now.at else 0 for check in checks}
    for number, part in read.items():
        check, unit = primary[number]
        _show(found[check], part, unit, int(now), last_runs[check])
    return found


def _show(glance: Glance, part: Samples, unit: str, now: int, last_run: int) -> None:
    if len(part):
        if part.times[-1] >= last_run * 1000:
            glance.value = with_mark(quantity(float(part.values[-1]), unit))
        means = curve(part, (now - SPARK) * 1000, now * 1000, POINTS).mean
        glance.spark = [None if np.isnan(value) else float(value) for value in means.tolist()]


def _primary_series(checks: list[Check]) -> dict[int, tuple[int, str]]:
    """Return the number of each check's first metric's series, with check and unit."""
    names = {check.pk: kinds.primary_metric(check.kind) for check in checks}
    rows = Series.objects.filter(check_id__in=names, metric__in=set(names.values())).order_by("-label")
    first = {row.check_id: row for row in rows if row.metric == names[row.check_id]}
    return {row.pk: (row.check_id, row.unit) for row in first.values()}


_HISTORY = """
SELECT check_id, extract(epoch FROM at)::float8, state FROM monitoring_statechange
 WHERE check_id = ANY(%(checks)s) AND at >= to_timestamp(%(start)s) AND at < to_timestamp(%(end)s)
UNION ALL
SELECT wanted, extract(epoch FROM c.at)::float8, c.state FROM unnest(%(checks)s::int8[]) wanted CROSS JOIN LATERAL
       (SELECT at, state FROM monitoring_statechange WHERE check_id = wanted AND at < to_timestamp(%(start)s)
         ORDER BY at DESC LIMIT 1) c
ORDER BY 2
"""


def histories(checks: list[int], start: float, end: float) -> dict[int, list[Change]]:
    """Return each check's changes of state in [start, end) seconds, with the last one before, in order of time."""
    found: dict[int, list[Change]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, {"checks": checks, "start": start, "end": end})
        for check, at, state in cursor.fetchall():
            found.setdefault(check, []).append(Change(at, WORDS[State(state)]))
    return found
