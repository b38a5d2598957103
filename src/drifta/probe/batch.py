"""Results as columns, and the body of ``POST /probe/v1/results`` made from them.

docs/formats/probe-protocol.md §4.2 is the specification; both ends of this file keep to it.
"""

import math
import sys
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import zstandard

from drifta.probe.check import MetricKey, Parameter

FORMAT = 1
MAX_BODY = 1 << 20
MAX_DECOMPRESSED = 16 << 20
CLOSE_AT_ROWS = 5000
PARAMETER_LIMIT = 400
_TEXT_SIZE = 400_000

HARD, CHANGED, FLAPPING, LATE, DEMANDED = 1, 2, 4, 8, 16

Text = tuple[str, Mapping[str, Parameter]]


@dataclass(slots=True)
class _Column:
    """One metric: in which rows it stands, and its values."""

    name: str
    unit: str
    label: tuple[str, str] | None
    rows: "array[int]" = field(default_factory=lambda: array("I"))
    values: "array[float]" = field(default_factory=lambda: array("d"))


class Batch:
    """Rows that wait to be written. ``urgent`` is set when one of them should leave at once."""

    def __init__(self) -> None:
        self.check = array("I")
        self.time = array("q")
        self.state = bytearray()
        self.flags = bytearray()
        self.attempt = bytearray()
        self.duration = array("f")
        self.texts: dict[int, Text] = {}
        self.runs: dict[int, str] = {}
        self.urgent = False
        self._text_size = 0
        self._columns: dict[tuple[str, MetricKey], _Column] = {}
        self._recent: dict[MetricKey, _Column] = {}

    def __len__(self) -> int:
        return len(self.check)

    def add(self, check: int, time: int, state: int, flags: int, attempt: int, duration: float) -> int:
        """Append a row and return its index. ``time`` is in ms, ``duration`` in seconds."""
        row = len(self.check)
        self.check.append(check)
        self.time.append(time)
        self.state.append(state)
        self.flags.append(flags)
        self.attempt.append(attempt)
        self.duration.append(duration)
        if flags & (CHANGED | DEMANDED):
            self.urgent = True
        return row

    @property
    def full(self) -> bool:
        """Whether the batch should be closed now."""
        return len(self.check) >= CLOSE_AT_ROWS or self._text_size >= _TEXT_SIZE

    def add_text(self, row: int, code: str, params: Mapping[str, Parameter]) -> None:
        """Say what was found in a row."""
        short = {name: _short(value) for name, value in params.items()}
        self.texts[row] = (code, short)
        self._text_size += len(code) + sum(len(str(value)) for value in short.values())

    def add_metric(self, row: int, key: MetricKey, value: float, unit: str, label: str | None) -> None:
        """Append a measured value to its column; values that are not finite are left out."""
        if not math.isfinite(value):
            return
        column = self._recent.get(key)
        if column is None or column.unit != unit:
            column = self._recent[key] = self._column(key, unit, label)
        column.rows.append(row)
        column.values.append(value)

    def _column(self, key: MetricKey, unit: str, label: str | None) -> _Column:
        """Return the column of a name and unit; two kinds may use one name with different units."""
        column = self._columns.get((unit, key))
        if column is None:
            column = self._columns[unit, key] = _new_column(key, unit, label)
        return column

    def encode(self, journal: str, sequence: int, created_at: int, probe: Mapping[str, Any] | None = None) -> bytes:
        """Return the compressed body."""
        body: dict[str, Any] = {
            "format": FORMAT,
            "journal": journal,
            "sequence": sequence,
            "created_at": created_at,
            "rows": len(self),
            "check": _little_endian(self.check),
            "time": _little_endian(self.time),
            "state": self.state,
            "flags": self.flags,
            "attempt": self.attempt,
            "duration": _little_endian(self.duration),
            "texts": self.texts,
            "runs": self.runs,
            "metrics": [_encode_column(column, len(self)) for column in self._columns.values()],
        }
        if probe is not None:
            body["probe"] = probe
        return zstandard.ZstdCompressor(level=1).compress(msgspec.msgpack.encode(body))


class Malformed(Exception):
    """A body that does not keep to the format; the message says where."""


@dataclass(frozen=True, slots=True)
class MetricColumn:
    """A decoded metric: ``rows`` are packed uint32 or None for all rows, ``values`` packed float64."""

    name: str
    unit: str
    label: tuple[str, str] | None
    rows: bytes | None
    values: bytes


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded and checked body. Columns are packed bytes, ready for ``numpy.frombuffer``."""

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
    texts: dict[int, tuple[str, dict[str, str | int | float]]]
    runs: dict[int, str]
    metrics: list[MetricColumn]
    probe: dict[str, Any] | None = None


_DECODER = msgspec.msgpack.Decoder(Body)
_WIDTHS = {"check": 4, "time": 8, "state": 1, "flags": 1, "attempt": 1, "duration": 4}


def decode(data: bytes) -> Body:
    """Read a body as sent; raises Malformed when it is too large, unreadable or inconsistent."""
    try:
        plain = zstandard.ZstdDecompressor().stream_reader(data).read(MAX_DECOMPRESSED + 1)
        if len(plain) > MAX_DECOMPRESSED:
            raise Malformed("the body is larger than 16 MiB when decompressed")
        body = _DECODER.decode(plain)
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeError) as error:
        raise Malformed(str(error)) from None
    _check(body)
    return body


def _check(body: Body) -> None:
    if body.format != FORMAT:
        raise Malformed(f"format {body.format} is not supported")
    for name, width in _WIDTHS.items():
        if len(getattr(body, name)) != width * body.rows:
            raise Malformed(f"column {name} has the wrong length")
    if any(row >= body.rows for row in (*body.texts, *body.runs)):
        raise Malformed("a text or run names a row that is not there")
    for column in body.metrics:
        _check_column(column, body.rows)


def _check_column(column: MetricColumn, rows: int) -> None:
    count = rows if column.rows is None else len(column.rows) // 4
    if len(column.values) != 8 * count or (column.rows is not None and len(column.rows) != 4 * count):
        raise Malformed(f"metric {column.name} has the wrong length")
    if column.rows and max(_from_little_endian("I", column.rows)) >= rows:
        raise Malformed(f"metric {column.name} names a row that is not there")
    if not all(map(math.isfinite, _from_little_endian("d", column.values))):
        raise Malformed(f"metric {column.name} has a value that is not finite")


def _new_column(key: MetricKey, unit: str, label: str | None) -> _Column:
    if isinstance(key, tuple):
        return _Column(key[0], unit, (label or "label", key[1]))
    return _Column(key, unit, None)


def _encode_column(column: _Column, rows: int) -> dict[str, Any]:
    dense = len(column.rows) == rows
    return {
        "name": column.name,
        "unit": column.unit,
        "label": column.label,
        "rows": None if dense else _little_endian(column.rows),
        "values": _little_endian(column.values),
    }


def _short(value: Parameter) -> Parameter:
    return value[:PARAMETER_LIMIT] if isinstance(value, str) else value


def _little_endian(column: "array[Any]") -> bytes:
    if sys.byteorder == "big":
        column = array(column.typecode, column)
        column.byteswap()
    return column.tobytes()


def _from_little_endian(typecode: str, data: bytes) -> "array[Any]":
    column = array(typecode, data)
    if sys.byteorder == "big":
        column.byteswap()
    return column
