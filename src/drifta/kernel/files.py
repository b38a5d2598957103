"""Stored files (raw mails, attachments): named by their content, written durably before anything refers to them."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import puremagic
from django.conf import settings

#: Bytes that are read to tell the type of a file.
SNIFF = 8192


@dataclass(frozen=True)
class StoredFile:
    """A file in the store. ``sha256`` is its address, ``size`` in bytes, ``head`` its first bytes."""

    sha256: str
    size: int
    head: bytes = field(repr=False)

    @cached_property
    def media_type(self) -> str:
        """What its content (not its name) looks like."""
        return sniff(self.head)


def path_of(sha256: str) -> Path:
    """Return where a file lies. Raises ``ValueError`` for anything that is not a SHA-256 in lower-case hex."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not an address of a stored file")
    return Path(settings.FILES_DIR) / sha256[:2] / sha256[2:4] / sha256


def store(content: bytes | Iterable[bytes]) -> StoredFile:
    """Write a file and return when it is safely on disk (fsync of the file and of its folder)."""
    chunks = [content] if isinstance(content, bytes) else content
    folder = Path(settings.FILES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, head = hashlib.sha256(), 0, b""
    with tempfile.NamedTemporaryFile(dir=folder, prefix="incoming-", delete=False) as target:
        for chunk in chunks:
            target.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            head = head if len(head) >= SNIFF else (head + chunk)[:SNIFF]
        target.flush()
        os.fsync(target.fileno())
    return StoredFile(_settle(Path(target.name), digest.hexdigest()), size, head)


def _settle(written: Path, sha256: str) -> str:
    """Move a written file to its address; the same content twice is one file."""
    final = path_of(sha256)
    if final.exists():
        written.unlink()
        return sha256
    final.parent.mkdir(parents=True, exist_ok=True)
    written.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sha256


def sniff(head: bytes) -> str:
    """Tell the media type from the first bytes; ``text/plain`` for text and ``application/octet-stream`` otherwise."""
    if not head:
        return "application/octet-stream"
    try:
        return puremagic.from_string(head, mime=True) or _plain(head)
    except (puremagic.PureError, ValueError):
        return _plain(head)


def _plain(head: bytes) -> str:
    return "application/octet-stream" if b"\0" in head else "text/plain"


def open_file(sha256: str) -> BinaryIO:
    """Open a stored file for reading. Raises ``FileNotFoundError`` when it is not there."""
    return path_of(sha256).open("rb")


def read(sha256: str) -> bytes:
    """Return the whole content of a stored file."""
    return path_of(sha256).read_bytes()
