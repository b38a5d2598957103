"""A batch of results as a probe delivers it: read, checked, its clock put right.

The bytes are described in ``docs/formats/probe-protocol.md`` §4. Pure arithmetic: no database, no Django.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from drifta.monitoring.series import Times, Values

MOST_ROWS = 20_000
MOST_BYTES = 1 << 20
MOST_UNPACKED = 16 << 20
MOST_METRICS = 2_000
CLOCK_TOLERANCE = 30_000
LATE_AFTER = 60_000
HARD, CHANGED, FLAPPING, LATE, DEMANDED = 1, 2, 4, 8, 16

Storable = Annotated[str, msgspec.Meta(pattern=r"^[^\0]*$")]
"""A text that PostgreSQL can keep: without NUL."""

Parameters = dict[Storable, Storable | int | float]
Text = tuple[Storable, Parameters]
Small = NDArray[np.uint8]


class MalformedError(ValueError):
    """The body is not a batch: unreadable, or a column has the wrong length (400)."""


class TooLargeError(ValueError):
    """The body is over the limits (413)."""


class UnsupportedError(ValueError):
    """The body is in a format of another version (415)."""


class Column(msgspec.Struct):
    """One metric of a batch as it is sent."""

    name: Storable
    unit: Storable
    values: bytes
    label: tuple[Storable, Storable] | None = None
    rows: bytes | None = None


class Body(msgspec.Struct):
    """A batch as it is sent."""

    format: int
    journal: str
    sequence: int
    created_at: int
    rows: int
    check: bytes
    time: bytes
    state: bytes
    flags: bytes
    attempt: bytes
    duration: bytes
    texts: dict[int, Text] = {}
    runs: dict[int, Storable] = {}
    metrics: list[Column] = []
    probe: dict[str, Any] | None = None


@dataclass(frozen=True)
class Metric:
    """One metric: the rows (indexes into the batch) that have it, and their values."""

    name: str
    unit: str
    label: str
    rows: NDArray[np.int64]
    values: Values


@dataclass
class Batch:
    """Results as columns, one row per run of a check; times in milliseconds, repaired by ``set_clock``."""

    journal: str
    sequence: int
    created_at: int
    check: NDArray[np.int64]
    time: Times
    state: Small
    flags: Small
    attempt: Small
    duration: Values
    texts: dict[int, Text]
    runs: dict[int, str]
    metrics: list[Metric]
    probe: dict[str, Any] | None

    def __len__(self) -> int:
        return len(self.check)

    def set_clock(self, now: int, age: int) -> int:
        """Put times right (protocol §4.4) and mark late rows; returns how far the probe's clock is off."""
        shift = now - age - self.created_at
        wrong = abs(shift) > CLOCK_TOLERANCE
        self.time = np.minimum(self.time + (shift if wrong else 0), now)
        if age > LATE_AFTER:
            self.flags |= np.uint8(LATE)
        return -shift if wrong else 0


_decoder = msgspec.msgpack.Decoder(Body)


def read(body: bytes) -> Batch:
    """Return the batch in a request's body. Raises MalformedError, TooLargeError or UnsupportedError."""
    if len(body) > MOST_BYTES:
        raise TooLargeError("a body has 1 MiB at most")
    try:
        sent = _decoder.decode(_unpacked(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(str(error)) from error
    if sent.format != 1:
        raise UnsupportedError(f"format {sent.format}; this server reads format 1")
    _check_head(sent)
    return _columns(sent)


def _unpacked(body: bytes) -> bytes:
    try:
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body), read_across_frames=False) as reader:
            plain = reader.read(MOST_UNPACKED + 1)
    except (zstandard.ZstdError, MemoryError) as error:
        raise MalformedError(f"not a Zstandard frame: {error}") from error
    if len(plain) > MOST_UNPACKED:
        raise TooLargeError("a body has 16 MiB at most when unpacked")
    return plain


def _check_head(sent: Body) -> None:
    if sent.rows > MOST_ROWS or len(sent.metrics) > MOST_METRICS:
        raise TooLargeError("a batch has 20,000 rows and 2,000 metrics at most")
    if sent.rows < 0 or not 1 <= sent.sequence < 1 << 63 or not 0 <= sent.created_at < 1 << 52:
        raise MalformedError("rows, sequence or created_at is out of range")
    if len(sent.journal) != 32 or not set(sent.journal) <= set("0123456789abcdef"):
        raise MalformedError("journal is not 32 hexadecimal digits")
    for row, (code, parameters) in sent.texts.items():
        if not 0 <= row < sent.rows or len(code) > 64 or len(str(parameters)) > 4_000:
            raise MalformedError("a text is too long or belongs to no row")
        if any(isinstance(value, float) and not math.isfinite(value) for value in parameters.values()):
            raise MalformedError("a text's parameter is not finite")
    if any(not 0 <= row < sent.rows or len(token) > 64 for row, token in sent.runs.items()):
        raise MalformedError("a run token is too long or belongs to no row")


def _column(data: bytes, kind: str, count: int, name: str) -> NDArray[Any]:
    if len(data) != count * np.dtype(kind).itemsize:
        raise MalformedError(f"column {name} has {len(data)} bytes, not {count} values")
    return np.frombuffer(data, np.dtype(kind))


def _columns(sent: Body) -> Batch:
    count = sent.rows
    time = _column(sent.time, "<i8", count, "time").astype(np.int64)
    state = _column(sent.state, "u1", count, "state")
    duration = _column(sent.duration, "<f4", count, "duration").astype(np.float64)
    if count and (int(state.max()) > 3 or int(time.min()) < 0 or int(time.max()) >= 1 << 52):
        raise MalformedError("a state is above 3, or a time is out of range")
    return Batch(
        journal=sent.journal,
        sequence=sent.sequence,
        created_at=sent.created_at,
        check=_column(sent.check, "<u4", count, "check").astype(np.int64),
        time=time,
        state=state,
        flags=_column(sent.flags, "u1", count, "flags").copy(),
        attempt=_column(sent.attempt, "u1", count, "attempt"),
        duration=np.where(np.isfinite(duration), duration, 0.0),
        texts=sent.texts,
        runs=sent.runs,
        metrics=[_metric(column, count) for column in sent.metrics],
        probe=sent.probe,
    )


def _metric(sent: Column, count: int) -> Metric:
    if sent.rows is None:
        rows = np.arange(count)
    else:
        rows = _column(sent.rows, "<u4", len(sent.rows) // 4, "rows of " + sent.name).astype(np.int64)
    if len(rows) and int(rows.max()) >= count:
        raise MalformedError(f"metric {sent.name} names a row that is not there")
    values = _column(sent.values, "<f8", len(rows), sent.name).astype(np.float64)
    if not np.isfinite(values).all() or len(sent.name) > 100 or len(sent.unit) > 20:
        raise MalformedError("a metric's value is not finite, or its name or unit is too long")
    label = sent.label[1][:200] if sent.label else ""
    return Metric(sent.name, sent.unit, label, rows, values)
