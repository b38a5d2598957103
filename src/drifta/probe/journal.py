"""The probe's buffer: batches on disk until the server has acknowledged them.

Append-only segment files of framed records (docs/formats/probe-protocol.md §6). A batch is fsynced before it is
sent for the first time, so that what the server has seen can never be taken back by a crash. After a crash the
torn end of the newest segment is cut off. When the size limit is reached, the oldest segment goes first.

All methods block on the disk; the caller runs them in one thread.
"""

import hashlib
import json
import logging
import os
import struct
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drifta.probe.files import replace_file, sync_folder

log = logging.getLogger("drifta.probe")

MAGIC = b"DPB1"
_HEADER = struct.Struct("<4sII")
_PROLOGUE = struct.Struct("<Qqq8s")
HEADER_SIZE = _HEADER.size + _PROLOGUE.size
SEGMENT_SIZE = 8 << 20
DEFAULT_LIMIT = 1 << 30
_LARGEST_BODY = 4 << 20
_KEPT_IN_MEMORY = 64
_REFUSED_KEPT = 20
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Record:
    """One batch as it lies on disk. Times in ms; ``boot`` tells in which boot ``boottime`` was read."""

    sequence: int
    created_at: int
    boottime: int
    boot: bytes
    body: bytes


@dataclass(slots=True)
class _Segment:
    """One file: sequences ``first`` to ``last`` (``first - 1``: empty) and its size in bytes."""

    path: Path
    first: int
    last: int
    size: int


class Full(Exception):
    """The disk refuses to take the batch; the message is the system's."""


class Journal:
    """Opens or creates the buffer below ``folder``. ``limit`` is in bytes."""

    def __init__(self, folder: Path, limit: int = DEFAULT_LIMIT, segment_size: int = SEGMENT_SIZE) -> None:
        self._folder = folder / "journal"
        self._refused = folder / "refused"
        self._limit = limit
        self._segment_size = min(segment_size, max(1, limit // 4))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._segments: deque[_Segment] = deque()
        self._recent: deque[Record] = deque(maxlen=_KEPT_IN_MEMORY)
        self._file: int | None = None
        self._boot = boot_id()
        self.acknowledged = 0
        self.sequence = 0
        self.dropped = 0
        self.identity = os.urandom(16).hex()
        self._open()

    @property
    def backlog(self) -> int:
        """Batches that wait."""
        oldest = self._segments[0].first if self._segments else self.sequence + 1
        return self.sequence - max(self.acknowledged, oldest - 1)

    @property
    def backlog_bytes(self) -> int:
        """Size of the segments that hold them."""
        return self._stored if self.backlog else 0

    @property
    def _stored(self) -> int:
        return sum(segment.size for segment in self._segments)

    def append(self, encode: Callable[[int, int], bytes]) -> Record:
        """Write ``encode(sequence, created_at)`` as the next batch, fsynced; raises Full."""
        sequence, created_at = self.sequence + 1, time.time_ns() // 1_000_000
        body = encode(sequence, created_at)
        record = Record(sequence, created_at, boottime(), self._boot, body)
        self._write(record)
        self.sequence = sequence
        self._recent.append(record)
        self._make_room()
        return record

    def after(self, sequence: int, limit: int = 64) -> list[Record]:
        """Return up to ``limit`` waiting records after ``sequence``, oldest first."""
        start = max(sequence, self.acknowledged)
        if self._recent and self._recent[0].sequence <= start + 1:
            return [record for record in self._recent if record.sequence > start][:limit]
        found: list[Record] = []
        for segment in self._segments:
            if segment.last > start and len(found) < limit:
                records = (record for record, _ in read_segment(segment.path) if record.sequence > start)
                found += [record for record, _ in zip(records, range(limit - len(found)), strict=False)]
        return found

    def acknowledge(self, sequence: int) -> None:
        """Forget everything up to ``sequence``; whole segments are deleted."""
        if sequence <= self.acknowledged:
            return
        self.acknowledged = min(sequence, self.sequence)
        closed = False
        while self._segments and self._segments[0].last <= self.acknowledged:
            if len(self._segments) == 1:
                if self._segments[0].size < self._segment_size:
                    break
                self._close_file()
            self._segments.popleft().path.unlink(missing_ok=True)
            closed = True
        if closed:
            self._write_cursor()

    def adopt(self, acknowledged: int) -> None:
        """Hear from the server how far it is. A server ahead of us means that our own disk lost batches."""
        if acknowledged > self.sequence:
            log.warning(
                "The server has batch %d, this journal only %d: going on after it.",
                acknowledged,
                self.sequence,
            )
            self._close_file()
            self.sequence = acknowledged
        self.acknowledge(acknowledged)

    def refuse(self, record: Record) -> None:
        """Put a batch aside that the server will not take; the newest 20 are kept."""
        try:
            self._refused.mkdir(mode=0o700, exist_ok=True)
            (self._refused / f"{self.identity}-{record.sequence:020d}.batch").write_bytes(record.body)
            for old in sorted(self._refused.glob("*.batch"))[:-_REFUSED_KEPT]:
                old.unlink(missing_ok=True)
        except OSError as error:
            log.warning("The refused batch could not be put aside: %s.", error.strerror)
        self.acknowledge(record.sequence)

    def age(self, record: Record) -> int:
        """Return ms since a batch was created, by the steady clock if the machine has not restarted."""
        if record.boot == self._boot:
            return max(0, boottime() - record.boottime)
        return max(0, time.time_ns() // 1_000_000 - record.created_at)

    def close(self) -> None:
        """Write the cursor and close the segment."""
        self._close_file()
        self._write_cursor()

    def _open(self) -> None:
        self._read_cursor()
        paths = sorted(self._folder.glob("*.seg"))
        for path in paths:
            segment = _scan(path, newest=path == paths[-1])
            if segment is not None:
                self._segments.append(segment)
        if self._segments:
            self.sequence = max(self.sequence, self._segments[-1].last)
        while self._segments and self._segments[0].last <= self.acknowledged:
            self._segments.popleft().path.unlink(missing_ok=True)
        self._write_cursor()

    def _read_cursor(self) -> None:
        try:
            cursor = json.loads((self._folder / "cursor").read_bytes())
            self.identity = str(cursor["journal"])
            self.acknowledged = int(cursor["acknowledged"])
            self.sequence = int(cursor["sequence"])
            self.dropped = int(cursor["dropped"])
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError):
            log.warning("The buffer's cursor cannot be read: a new journal begins; batches may arrive twice.")

    def _write_cursor(self) -> None:
        cursor = {
            "journal": self.identity,
            "acknowledged": self.acknowledged,
            "sequence": self.sequence,
            "dropped": self.dropped,
        }
        try:
            replace_file(self._folder / "cursor", json.dumps(cursor).encode())
        except OSError as error:  # it only saves work after a restart: the segments and the server know all of it
            log.warning("The buffer's cursor could not be written: %s.", error.strerror)

    def _write(self, record: Record) -> None:
        frame = frame_record(record)
        try:
            segment = self._segment_for(record.sequence)
            assert self._file is not None
            try:
                _write_all(self._file, frame)
                os.fdatasync(self._file)
            except OSError:
                os.ftruncate(self._file, segment.size)
                raise
        except OSError as error:
            raise Full(error.strerror or str(error)) from error
        segment.last = record.sequence
        segment.size += len(frame)

    def _segment_for(self, sequence: int) -> _Segment:
        if self._file is not None and self._segments[-1].size < self._segment_size:
            return self._segments[-1]
        self._close_file()
        path = self._folder / f"{sequence:020d}.seg"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC, 0o600)
        sync_folder(self._folder)
        if not self._segments or self._segments[-1].path != path:
            self._segments.append(_Segment(path, sequence, sequence - 1, 0))
        self._write_cursor()
        return self._segments[-1]

    def _close_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _make_room(self) -> None:
        """Drop the oldest segments beyond the limit; the newest one stays."""
        while self._stored > self._limit and len(self._segments) > 1:
            segment = self._segments.popleft()
            lost = segment.last - max(segment.first - 1, self.acknowledged)
            segment.path.unlink(missing_ok=True)
            self.dropped += max(0, lost)
            self.acknowledged = max(self.acknowledged, segment.last)
            self._write_cursor()
            log.error(
                "The buffer is full (%d bytes): the oldest %d batches were dropped. Let the probe reach the "
                "server, or raise --buffer-size.",
                self._limit,
                max(0, lost),
            )


def frame_record(record: Record) -> bytes:
    """Return the bytes of a record."""
    prologue = _PROLOGUE.pack(record.sequence, record.created_at, record.boottime, record.boot)
    checksum = zlib.crc32(record.body, zlib.crc32(prologue))
    return _HEADER.pack(MAGIC, len(record.body), checksum) + prologue + record.body


def read_segment(path: Path) -> Iterator[tuple[Record, int]]:
    """Yield every whole record of a segment and the offset after it; stop at the first that is not."""
    with path.open("rb") as file:
        while True:
            record = _read_record(file.read(HEADER_SIZE), file.read)
            if record is None:
                return
            yield record, file.tell()


def _read_record(header: bytes, read: Callable[[int], bytes]) -> Record | None:
    if len(header) < HEADER_SIZE:
        return None
    magic, length, checksum = _HEADER.unpack_from(header)
    if magic != MAGIC or length > _LARGEST_BODY:
        return None
    body = read(length)
    prologue = header[_HEADER.size :]
    if len(body) < length or zlib.crc32(body, zlib.crc32(prologue)) != checksum:
        return None
    sequence, created_at, booted, boot = _PROLOGUE.unpack(prologue)
    return Record(sequence, created_at, booted, boot, body)


def _scan(path: Path, *, newest: bool) -> _Segment | None:
    """Read a segment at the start: cut a torn end off, tell damage, delete what is empty."""
    first, last, end = 0, 0, 0
    for record, offset in read_segment(path):
        first, last, end = first or record.sequence, record.sequence, offset
    size = path.stat().st_size
    if size > end:
        if not newest:
            log.error("The buffer's file %s is damaged: %d bytes lost.", path.name, size - end)
        os.truncate(path, end)
    if not end:
        path.unlink()
        return None
    return _Segment(path, first, last, end)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def boottime() -> int:
    """Return ms since the machine's boot, suspended time included."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def boot_id() -> bytes:
    """Return 8 bytes that differ between boots of the machine."""
    with suppress(OSError):
        return hashlib.sha256(_BOOT_ID.read_bytes()).digest()[:8]
    return os.urandom(8)
