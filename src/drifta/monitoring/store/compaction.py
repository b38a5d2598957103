"""Compaction: the samples of past hours become chunks; retention: chunks that are too old go."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from psycopg.sql import SQL, Identifier

from drifta.monitoring import series
from drifta.monitoring.rows import unpacked
from drifta.monitoring.series import Samples

FULL = 8192
"""Samples in a chunk at most."""
SETTLED = 2048
"""A series' last chunk with fewer samples than this is packed anew, together with what came later."""
AT_ONCE = 2_000_000
"""Samples held in memory at once, about."""


def past_tables(hour: int) -> list[str]:
    """Return the tables of samples that arrived before ``hour`` (hours since 1970), oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'monitoring_sample'::regclass"
        )
        names = [name for (name,) in cursor.fetchall()]
    return sorted(name for name in names if int(name.rsplit("_", 1)[1]) < hour)


def compact(table: str) -> int:
    """Pack the samples of a past hour's table into chunks and drop it; returns how many samples.

    One transaction: whoever reads finds each sample once, before and after.
    """
    count = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL("LOCK TABLE {} IN SHARE MODE").format(Identifier(table)))
        for numbers, times, values in _columns(table):
            _pack(numbers, times, values)
            count += len(numbers)
        cursor.execute(SQL("DROP TABLE {}").format(Identifier(table)))
    return count


def forget(before: int) -> int:
    """Delete the chunks whose newest sample is older than ``before`` (seconds); returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM monitoring_chunk WHERE last < %s", [before])
        return int(cursor.rowcount)


Columns = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]


def _columns(table: str) -> Iterator[Columns]:
    """Yield a table's columns, sorted by series and time, in ranges of series that fit into memory."""
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT count(*), min(series), max(series) FROM {}").format(Identifier(table)))
        count, lowest, highest = cursor.fetchone()
    if not count:
        return
    step = max(1, (highest - lowest + 1) * AT_ONCE // count)
    for low in range(lowest, highest + 1, step):
        yield _range(table, low, low + step)


def _range(table: str, low: int, high: int) -> Columns:
    query = SQL(
        "COPY (SELECT series, time, value FROM {} WHERE series >= {} AND series < {}) TO STDOUT (FORMAT BINARY)"
    ).format(Identifier(table), low, high)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        columns = unpacked(b"".join(bytes(part) for part in copy), "i4", "i4", "f8")
    numbers, times, values = columns[0].astype(np.int32), columns[1].astype(np.int64), columns[2]
    order = np.lexsort((times, numbers))
    return numbers[order], times[order], values.astype(np.float64)[order]


def _pack(numbers: NDArray[np.int32], times: NDArray[np.int64], values: NDArray[np.float64]) -> None:
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    ends = np.append(starts[1:], len(numbers))
    tails = _tails(numbers[starts].tolist())
    fresh: list[tuple[int, Samples]] = []
    for number, start, end in zip(numbers[starts].tolist(), starts.tolist(), ends.tolist(), strict=True):
        part = Samples(times[start:end] * 1000, values[start:end])
        tail = tails.get(number)
        fresh.append((number, series.join([series.decode(tail[1]), part] if tail else [part])))
    _replace([row for row, _ in tails.values()], fresh)


def _tails(numbers: list[int]) -> dict[int, tuple[int, bytes]]:
    """Return the last chunk (row, data) of each series, if it is not settled."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n, c.id, c.count, c.data FROM unnest(%s) n CROSS JOIN LATERAL (SELECT id, count, data"
            " FROM monitoring_chunk WHERE series = n ORDER BY last DESC LIMIT 1) c WHERE c.count < %s",
            [numbers, SETTLED],
        )
        return {number: (row, bytes(data)) for number, row, _, data in cursor.fetchall()}


def _replace(old: list[int], fresh: list[tuple[int, Samples]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM monitoring_chunk WHERE id = ANY(%s)", [old])
        with cursor.copy("COPY monitoring_chunk (series, first, last, count, data) FROM STDIN") as copy:
            for number, whole in fresh:
                for piece in _pieces(whole):
                    copy.write_row(_row(number, piece))


def _pieces(whole: Samples) -> Iterator[Samples]:
    for low in range(0, len(whole), FULL):
        yield Samples(whole.times[low : low + FULL], whole.values[low : low + FULL])


def _row(number: int, piece: Samples) -> tuple[int, int, int, int, bytes]:
    first, last = int(piece.times[0]) // 1000, int(piece.times[-1]) // 1000
    return number, first, last, len(piece), series.encode(piece)
