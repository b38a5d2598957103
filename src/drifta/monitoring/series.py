"""Chunks of samples: one series' times and values packed into as few bytes as they need.

Bytes are described in ``docs/formats/metrics.md``. Values come back bit for bit; a sample without a value (a
gap) is NaN. Times are whole milliseconds since 1970 and must not fall. Pure arithmetic: no Django.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import zstandard
from numpy.typing import NDArray

Times = NDArray[np.int64]
Values = NDArray[np.float64]
Words = NDArray[np.uint64]

VERSION = 1
IRREGULAR, SECONDS, GAPS = 1, 2, 16
CONSTANT, DECIMAL, BITS = 0, 1, 2
MOST_DECIMALS = 15
EXACT = float(2**53)
TENS = 10.0 ** np.arange(MOST_DECIMALS + 1)

LONGEST = 2**24

_HOW = zstandard.ZstdCompressionParameters.from_level(
    3, write_content_size=1, write_checksum=0, format=zstandard.FORMAT_ZSTD1_MAGICLESS
)


class _Zstandard(threading.local):
    """A compressor and a decompressor of each thread's own, for neither may be shared."""

    def __init__(self) -> None:
        self.pack = zstandard.ZstdCompressor(compression_params=_HOW).compress
        self.unpack = zstandard.ZstdDecompressor(format=zstandard.FORMAT_ZSTD1_MAGICLESS).decompress


_zstandard = _Zstandard()


class ChunkError(ValueError):
    """A chunk that cannot be read: cut off, of a later version, or not a chunk."""


@dataclass(frozen=True)
class Samples:
    """Samples of one series: ``times`` in milliseconds (int64), ``values`` (float64, NaN where missing)."""

    times: Times
    values: Values

    def __len__(self) -> int:
        return len(self.times)


def samples(times: object, values: object) -> Samples:
    """Return samples from anything that numpy can read as times (ms) and values."""
    return Samples(np.asarray(times, np.int64), np.asarray(values, np.float64))


EMPTY = samples([], [])


def join(parts: list[Samples]) -> Samples:
    """Return all parts as one, sorted by time; of two samples at one time the later part's counts."""
    if len(parts) == 1 and _rising(parts[0].times):
        return parts[0]
    if not parts:
        return EMPTY
    times = np.concatenate([part.times for part in parts])
    values = np.concatenate([part.values for part in parts])
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    last = np.ones(len(times), bool)
    last[:-1] = times[1:] != times[:-1]
    return Samples(times[last], values[last])


def between(part: Samples, start: int, end: int) -> Samples:
    """Return the samples of ``part`` with start <= time < end (milliseconds); ``part`` is sorted."""
    low, high = np.searchsorted(part.times, [start, end])
    return Samples(part.times[low:high], part.values[low:high])


def encode(part: Samples) -> bytes:
    """Return ``part`` (1 to 2**24 samples, times not falling) as one chunk."""
    if not 0 < len(part) <= LONGEST:
        raise ValueError("a chunk holds 1 to 2**24 samples")
    time_flags, times = _encode_times(part.times)
    value_flags, exponent, values = _encode_values(part.values)
    head = bytes([VERSION, time_flags | value_flags, exponent])
    return head + _varint(len(part)) + times + values


def decode(chunk: bytes) -> Samples:
    """Return the samples of a chunk; ChunkError when it is not one."""
    try:
        reader = _Reader(chunk)
        version, flags, exponent = reader.byte(), reader.byte(), reader.byte()
        if version != VERSION:
            raise ChunkError(f"chunk of version {version}, this program reads version {VERSION}")
        count = reader.varint()
        if not 0 < count <= LONGEST:
            raise ChunkError(f"chunk says that it holds {count} samples")
        times = _decode_times(reader, flags, count)
        return Samples(times, _decode_values(reader, flags, exponent, count))
    except ChunkError:
        raise
    except (IndexError, ValueError, zstandard.ZstdError, OverflowError, MemoryError) as error:
        raise ChunkError(f"chunk cannot be read: {error}") from error


def _rising(times: Times) -> bool:
    return bool((times[1:] > times[:-1]).all())


def _encode_times(times: Times) -> tuple[int, bytes]:
    flags = 0
    if not (times % 1000).any():
        flags, times = SECONDS, times // 1000
    first = _signed(int(times[0]))
    if len(times) == 1:
        return flags, first + _varint(0)
    steps = np.diff(times)
    if (steps == steps[0]).all():
        return flags, first + _varint(int(steps[0]))
    return flags | IRREGULAR, first + _signed(int(steps[0])) + _planes(_zigzag(np.diff(steps)))


def _decode_times(reader: _Reader, flags: int, count: int) -> Times:
    first = reader.signed()
    if flags & IRREGULAR:
        step = reader.signed()
        steps = _sum(_unzigzag(reader.planes(count - 2)), step)
        times = _sum(steps, first)
    else:
        times = first + reader.varint() * np.arange(count, dtype=np.int64)
    return times * 1000 if flags & SECONDS else times


def _encode_values(values: Values) -> tuple[int, int, bytes]:
    bits = values.view(np.uint64)
    if (bits == bits[0]).all():
        return CONSTANT << 2, 0, values[:1].tobytes()
    gaps = np.isnan(values)
    flags, head, present = 0, b"", values
    if gaps.any():
        flags, head, present = GAPS, _planes(np.packbits(gaps)), values[~gaps]
    found = _mantissas(present)
    if found is None or (flags and not (bits[gaps] == _NAN).all()):
        return BITS << 2, 0, _planes(bits[1:] ^ bits[:-1], first=int(bits[0]))
    decimals, mantissas = found
    order, body = _residuals(mantissas)
    return flags | DECIMAL << 2 | order << 5, decimals, head + body


_NAN = np.array([np.nan]).view(np.uint64)[0]


def _decode_values(reader: _Reader, flags: int, exponent: int, count: int) -> Values:
    coding = flags >> 2 & 3
    if coding == CONSTANT:
        constant: Values = np.repeat(np.frombuffer(reader.take(8), np.float64), count)
        return constant
    if coding == BITS:
        first = reader.varint()
        words = np.concatenate([np.array([first], np.uint64), reader.planes(count - 1)])
        exact: Values = np.bitwise_xor.accumulate(words).view(np.float64)
        return exact
    if not flags & GAPS:
        whole: Values = _restore(reader, flags >> 5, count) / TENS[exponent]
        return whole
    gaps = np.unpackbits(reader.planes(-(-count // 8)).astype(np.uint8), count=count).astype(bool)
    values = np.full(count, np.nan)
    values[~gaps] = _restore(reader, flags >> 5, count - int(gaps.sum())) / TENS[exponent]
    return values


def _mantissas(values: Values) -> tuple[int, Times] | None:
    """Return (decimals, whole numbers) with numbers / 10**decimals == values bit for bit, or None."""
    if not len(values) or not np.isfinite(values).all() or float(np.abs(values).max()) >= EXACT:
        return None
    few = values[:16]
    for decimals in range(MOST_DECIMALS + 1):
        if _exact(few, decimals) is not None:
            numbers = _exact(values, decimals)
            if numbers is not None:
                return decimals, numbers
    return None


def _exact(values: Values, decimals: int) -> Times | None:
    scaled = np.rint(values * TENS[decimals])
    if float(np.abs(scaled).max()) >= EXACT:
        return None
    numbers = scaled.astype(np.int64)
    again = numbers / TENS[decimals]
    return numbers if (again.view(np.uint64) == values.view(np.uint64)).all() else None


def _residuals(numbers: Times) -> tuple[int, bytes]:
    """Return the cheapest order of difference (0, 1 or 2) and its bytes: first numbers, divisor, planes."""
    zero, one = numbers[1:] - numbers[0], np.diff(numbers)
    two = np.diff(one)
    costs = [_bits(zero), _bits(one), _bits(two)]
    order = int(np.argmin(costs))
    rest = (zero, one, two)[order]
    head = _signed(int(numbers[0]))
    if order == 2:
        head += _signed(int(one[0])) if len(one) else _signed(0)
    divisor = _divisor(rest)
    return order, head + _varint(divisor) + _planes(_zigzag(rest // divisor))


def _restore(reader: _Reader, order: int, count: int) -> Times:
    first = reader.signed()
    step = reader.signed() if order == 2 else 0
    divisor = reader.varint()
    rest = _unzigzag(reader.planes(max(0, count - 1 - (order == 2)))) * divisor
    if order == 0:
        return np.concatenate([np.array([first], np.int64), rest + first])
    return _sum(_sum(rest, step) if order == 2 else rest, first)[:count]


def _divisor(rest: Times) -> int:
    """Return the greatest number that divides every difference (1 at least)."""
    if int(np.gcd.reduce(rest[:64])) <= 1 and rest[:64].any():
        return 1
    return max(1, int(np.gcd.reduce(rest)))


def _bits(rest: Times) -> float:
    return float(np.log2(np.abs(rest).astype(np.float64) + 1).sum())


def _sum(steps: Times, first: int) -> Times:
    return np.cumsum(np.concatenate([np.array([first], np.int64), steps]))


def _zigzag(numbers: Times) -> Words:
    return ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)


def _unzigzag(words: Words) -> Times:
    return (words >> np.uint64(1)).view(np.int64) ^ -(words & np.uint64(1)).view(np.int64)


def _planes(numbers: NDArray[np.uint64] | NDArray[np.uint8], first: int | None = None) -> bytes:
    """Return whole numbers as planes: all lowest bytes, all second ones ..., each packed if that helps."""
    head = b"" if first is None else _varint(first)
    width = -(-int(numbers.max()).bit_length() // 8) if len(numbers) else 0
    columns = np.ascontiguousarray(numbers.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T)
    parts = [head, bytes([width])]
    for column in columns:
        raw = column.tobytes()
        packed = _zstandard.pack(raw)
        smaller = len(packed) < len(raw)
        parts += [_varint(len(packed) << 1 | 1), packed] if smaller else [_varint(len(raw) << 1), raw]
    return b"".join(parts)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _signed(number: int) -> bytes:
    return _varint(number << 1 if number >= 0 else (-number << 1) - 1)


class _Reader:
    """Walks through the bytes of a chunk."""

    def __init__(self, chunk: bytes) -> None:
        self.chunk = chunk
        self.at = 0

    def byte(self) -> int:
        self.at += 1
        return self.chunk[self.at - 1]

    def take(self, length: int) -> bytes:
        self.at += length
        if self.at > len(self.chunk):
            raise ChunkError("chunk is cut off")
        return self.chunk[self.at - length : self.at]

    def varint(self) -> int:
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 127) << shift
            if byte < 128:
                return number
            shift += 7

    def signed(self) -> int:
        number = self.varint()
        return number >> 1 if not number & 1 else -(number + 1 >> 1)

    def planes(self, count: int) -> Words:
        """Return ``count`` whole numbers."""
        width = self.byte()
        columns = np.zeros((max(count, 0), 8), np.uint8)
        for index in range(width):
            length = self.varint()
            raw = self.take(length >> 1)
            columns[:, index] = np.frombuffer(_zstandard.unpack(raw) if length & 1 else raw, np.uint8)
        return columns.view("<u8").reshape(-1).astype(np.uint64, copy=False)
