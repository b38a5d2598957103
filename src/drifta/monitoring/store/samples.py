"""Samples: appended as they arrive, read for charts. Formats: ``docs/formats/metrics.md``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from psycopg.sql import SQL, Identifier

from drifta.monitoring import series
from drifta.monitoring.batch import Metric
from drifta.monitoring.models import Series
from drifta.monitoring.rows import packed
from drifta.monitoring.series import Samples

STATE = "state"
"""The metric that every run has: its state, 0 to 3."""

HOUR = 3600
DECIMALS = {"s": 6, "%": 2, "B/s": 1}
"""Digits kept of measured values, by unit; more are noise."""

Key = tuple[str, str, str]
Numbers = NDArray[np.int32]


class _Known:
    """Numbers of series by metric and check, for whole columns at once; a process' memory of ``Series``."""

    def __init__(self) -> None:
        self.tables: dict[Key, Numbers] = {}

    def numbers(self, key: Key, checks: NDArray[np.int64]) -> Numbers:
        """Return the series of ``checks`` (0 where unknown)."""
        table = self.tables.get(key)
        if table is None:
            return np.zeros(len(checks), np.int32)
        inside = checks < len(table)
        return np.where(inside, table[np.where(inside, checks, 0)], 0).astype(np.int32)

    def learn(self, key: Key, found: dict[int, int]) -> None:
        """Remember series by check."""
        table = self.tables.get(key, np.zeros(0, np.int32))
        size = max([*found, len(table) - 1]) + 1
        if size > len(table):
            table = np.concatenate([table, np.zeros(size * 2 - len(table), np.int32)])
        table[list(found)] = list(found.values())
        self.tables[key] = table


known = _Known()


def series_of(metric: str, label: str, unit: str, checks: NDArray[np.int64]) -> Numbers:
    """Return the number of the series of each check, making those that do not exist."""
    key = (metric, label, unit)
    numbers = known.numbers(key, checks)
    missing = np.unique(checks[numbers == 0])
    if not len(missing):
        return numbers
    found = _found_or_made(key, missing.tolist())
    transaction.on_commit(lambda: known.learn(key, found))
    numbers[numbers == 0] = [found[check] for check in checks[numbers == 0].tolist()]
    return numbers


def _found_or_made(key: Key, checks: list[int]) -> dict[int, int]:
    metric, label, unit = key
    rows = Series.objects.filter(metric=metric, label=label, check_id__in=checks)
    found = dict(rows.values_list("check_id", "id"))
    fresh = [Series(check_id=c, metric=metric, label=label, unit=unit) for c in checks if c not in found]
    if fresh:
        Series.objects.bulk_create(fresh, ignore_conflicts=True)
        found = dict(rows.all().values_list("check_id", "id"))
    return found


def append(checks: NDArray[np.int64], times: NDArray[np.int64], metrics: Iterable[Metric], hour: int) -> int:
    """Store the metrics of a batch in the running transaction; returns how many samples.

    ``checks`` and ``times`` (ms) are the batch's columns; ``hour`` is the present hour since 1970.
    """
    seconds = ((times + 500) // 1000).astype(np.int32)
    columns = []
    for metric in metrics:
        numbers = series_of(metric.name, metric.label, metric.unit, checks[metric.rows])
        columns.append((numbers, seconds[metric.rows], _rounded(metric)))
    if not columns:
        return 0
    numbers, stamps, values = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    _copy(hot_table(hour), packed(numbers, stamps, values))
    return len(numbers)


def _rounded(metric: Metric) -> NDArray[np.float64]:
    decimals = DECIMALS.get(metric.unit)
    return metric.values if decimals is None else np.round(metric.values, decimals)


def _copy(table: str, stream: bytes) -> None:
    query = SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(Identifier(table))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.write(stream)


_made: set[tuple[str, str]] = set()


def hot_table(hour: int) -> str:
    """Return the table that takes the samples arriving in this hour; makes it when it is the first."""
    name = f"monitoring_sample_{hour}"
    if (str(connection.settings_dict["NAME"]), name) not in _made:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [name])
            if cursor.fetchone()[0] is None:
                _make(name)
        transaction.on_commit(lambda: _made.add((str(connection.settings_dict["NAME"]), name)))
    return name


def forget() -> None:
    """Forget which series and tables exist: for those who change the database behind this process' back."""
    known.tables.clear()
    _made.clear()


def _make(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('monitoring_sample'))")
        cursor.execute(
            SQL(
                "CREATE TABLE IF NOT EXISTS {table} () INHERITS (monitoring_sample) WITH (autovacuum_enabled = off);"
                " CREATE INDEX IF NOT EXISTS {index} ON {table} (series)"
            ).format(table=Identifier(name), index=Identifier(name + "_series"))
        )


_READ = """
SELECT series, first, data, NULL::int4, NULL::float8 FROM monitoring_chunk
 WHERE series = ANY(%(series)s) AND last >= %(start)s AND first < %(end)s
UNION ALL
SELECT series, time, NULL, time, value FROM monitoring_sample
 WHERE series = ANY(%(series)s) AND time >= %(start)s AND time < %(end)s
"""


@dataclass
class _Parts:
    """What was read of one series: packed chunks, and hot samples."""

    chunks: list[tuple[int, bytes]]
    times: list[int]
    values: list[float]

    def samples(self, start: int, end: int) -> Samples:
        """Return everything as one, sorted; times in milliseconds."""
        parts = [series.decode(data) for _, data in sorted(self.chunks)]
        if self.times:
            hot = series.samples(np.array(self.times, np.int64) * 1000, self.values)
            parts.append(series.join([series.EMPTY, hot]))
        return series.between(series.join(parts), start * 1000, end * 1000)


def read(numbers: list[int], start: int, end: int) -> dict[int, Samples]:
    """Return the samples of several series with start <= time < end (seconds), by number of series."""
    if not numbers:
        return {}
    parts = {number: _Parts([], [], []) for number in numbers}
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"series": numbers, "start": start, "end": end})
        for number, first, data, time, value in cursor.fetchall():
            if data is None:
                parts[number].times.append(time)
                parts[number].values.append(value)
            else:
                parts[number].chunks.append((first, bytes(data)))
    return {number: found.samples(start, end) for number, found in parts.items()}
