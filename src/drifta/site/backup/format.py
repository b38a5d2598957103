"""The backup file: a tar archive in Zstandard, its table of contents first (``docs/formats/backup.md``).

No Django, no database: reading, writing and verifying only.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from drifta.site.commands.words import Trouble
from drifta.words import gettext_noop as _

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database.dump"
FILE = re.compile(r"files/[0-9a-f]{64}")
KEY = re.compile(r"keys/[a-z0-9.-]+\.(?:key|key\.sealed)")
CHUNK = 1024 * 1024
LARGEST_MANIFEST = 16 * 1024 * 1024
SALT, NONCE = 16, 12


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself.

    ``members`` maps names to size in bytes and SHA-256 in hexadecimal; files are named by their SHA-256 and are
    only counted. ``rows`` counts the rows of each table. ``keys`` is ``plain`` or ``sealed``.
    """

    format: int
    version: str
    made_at: str
    postgresql: int
    keys: str
    rows: dict[str, int]
    files: int
    file_bytes: int
    members: dict[str, tuple[int, str]] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The manifest as it is stored."""
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()


def read_manifest(text: bytes) -> Manifest:
    """The manifest in ``text``; raises ``Trouble`` when it is of a newer format or none at all."""
    try:
        values: dict[str, Any] = json.loads(text)
        number = int(values["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(_("The table of contents of the backup cannot be read: the file is damaged.")) from error
    if number != FORMAT:
        raise Trouble(
            _("The backup has format %(found)s, and this Drifta reads %(ours)s. Install a newer Drifta."),
            found=number,
            ours=FORMAT,
        )
    values["members"] = {name: (int(size), str(digest)) for name, (size, digest) in values["members"].items()}
    return Manifest(**values)


def write(target: Path, manifest: Manifest, members: dict[str, Path | bytes], files: Iterable[Path]) -> None:
    """Write the backup ``target``; complete and on disk, or not at all."""
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as raw:
            part.chmod(0o600)
            with _compressed(raw) as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
                _add(archive, MANIFEST, manifest.encode())
                for name, content in members.items():
                    _add(archive, name, content)
                for path in files:
                    _add(archive, f"files/{path.name}", path)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _compressed(raw: IO[bytes]) -> Iterator[IO[bytes]]:
    compressor = zstandard.ZstdCompressor(level=3, threads=-1, write_checksum=True)
    with compressor.stream_writer(raw, closefd=False) as packed:
        yield packed


def _add(archive: tarfile.TarFile, name: str, content: Path | bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode = 0o600
    if isinstance(content, bytes):
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
        return
    with content.open("rb") as file:
        entry.size = os.fstat(file.fileno()).st_size
        archive.addfile(entry, file)


Sink = Callable[[str, IO[bytes]], None]


def read(source: Path, sink: Sink) -> Manifest:
    """Read the backup ``source`` from end to end, checking every byte; ``sink`` gets name and content of each member.

    ``sink`` must not trust what it has got before this function returns. Raises ``Trouble`` when the file is damaged,
    incomplete, or no backup.
    """
    try:
        with source.open("rb") as raw:
            unpacked = _Unpacked(raw)
            manifest = _read(unpacked, sink)
            unpacked.require_end()
            return manifest
    except FileNotFoundError as error:
        raise Trouble(_("There is no file %(file)s."), file=source) from error
    except (zstandard.ZstdError, tarfile.TarError, EOFError) as error:
        raise Trouble(
            _("%(file)s is damaged or no backup of Drifta (%(reason)s). Use another backup."),
            file=source,
            reason=error,
        ) from error


class _Unpacked(io.RawIOBase):
    """The archive without its compression; knows, unlike the library's reader, whether the end was reached."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._ready = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` with the next bytes."""
        while not self._ready and not self._frame.eof and (packed := self._raw.read(CHUNK)):
            self._ready = self._frame.decompress(packed)
        chunk, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def require_end(self) -> None:
        """Raise ``EOFError`` unless the frame, its checksum included, and the file end here."""
        while self.read(CHUNK):
            pass
        if not self._frame.eof or self._frame.unused_data or self._raw.read(1):
            raise EOFError("the file has no proper end")


def _read(unpacked: Any, sink: Sink) -> Manifest:
    with tarfile.open(fileobj=unpacked, mode="r|") as archive:
        first = archive.next()
        if first is None or first.name != MANIFEST or first.size > LARGEST_MANIFEST:
            raise tarfile.TarError("no manifest")
        content = archive.extractfile(first)
        manifest = read_manifest(content.read() if content else b"")
        waiting, files = dict(manifest.members), 0
        while (entry := archive.next()) is not None:
            _check_entry(entry, waiting)
            stream = _Hashing(archive.extractfile(entry))
            sink(entry.name, cast("IO[bytes]", stream))
            stream.finish(entry, waiting)
            files += entry.name.startswith("files/")
    if waiting or files != manifest.files:
        raise tarfile.TarError("something is missing")
    return manifest


def _check_entry(entry: tarfile.TarInfo, waiting: dict[str, tuple[int, str]]) -> None:
    """Refuse anything but plain files with the names that a backup has."""
    named = entry.name in waiting and (entry.name == DATABASE or KEY.fullmatch(entry.name))
    if not entry.isreg() or not (named or FILE.fullmatch(entry.name)):
        raise tarfile.TarError(f"unexpected member {entry.name!r}")


class _Hashing(io.RawIOBase):
    """Passes a member on and remembers what went through."""

    def __init__(self, source: IO[bytes] | None) -> None:
        self._source = source or io.BytesIO()
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` with the next bytes."""
        chunk = self._source.read(len(buffer))
        self._digest.update(chunk)
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def finish(self, entry: tarfile.TarInfo, waiting: dict[str, tuple[int, str]]) -> None:
        """Read what the sink has left, and compare with what the manifest promised."""
        while self.read(CHUNK):
            pass
        size, digest = waiting.pop(entry.name, (entry.size, entry.name.removeprefix("files/")))
        if (entry.size, self._digest.hexdigest()) != (size, digest):
            raise tarfile.TarError(f"{entry.name} has changed")


def measure(content: Path | bytes) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a member."""
    if isinstance(content, bytes):
        return len(content), hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return content.stat().st_size, digest


def seal(plain: bytes, password: str) -> bytes:
    """Encrypt a key file: salt (16), nonce (12), AES-256-GCM; its key is scrypt (RFC 7914) of ``password``."""
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    return salt + nonce + AESGCM(_stretched(password, salt)).encrypt(nonce, plain, None)


def unseal(sealed: bytes, password: str) -> bytes:
    """Decrypt what ``seal`` made; raises ``Trouble`` when the password is not the one."""
    salt, nonce, rest = sealed[:SALT], sealed[SALT : SALT + NONCE], sealed[SALT + NONCE :]
    try:
        return AESGCM(_stretched(password, salt)).decrypt(nonce, rest, None)
    except InvalidTag as error:
        raise Trouble(_("The password does not open the keys of this backup. Try another.")) from error


def _stretched(password: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(password.encode())
