"""What the server wants checked: the answer of ``GET /probe/v1/assignments``, and its copy on disk."""

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from drifta.probe.files import replace_file

Identifier = Annotated[int, Meta(ge=1, le=0xFFFFFFFF)]
TIMEOUT_SHARE = 0.9


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One check to run; times in seconds (docs/formats/probe-protocol.md §3)."""

    id: Identifier
    kind: str
    version: int
    settings: dict[str, Any]
    interval: Annotated[float, Meta(ge=1)]
    timeout: Annotated[float, Meta(gt=0)]
    retries: Annotated[int, Meta(ge=0, le=250)] = 0
    retry_interval: Annotated[float, Meta(ge=1)] = 60.0
    flapping: bool = True
    run_now: str | None = None

    @property
    def allowed_timeout(self) -> float:
        """The timeout, cut so that a run ends before the next one is due."""
        return min(self.timeout, self.interval * TIMEOUT_SHARE)

    @property
    def phase(self) -> float:
        """Where in its interval the check runs, 0 to below 1: the same on every probe and after every start."""
        digest = blake2b(self.id.to_bytes(4, "big"), digest_size=6).digest()
        return int.from_bytes(digest, "big") / float(1 << 48)


class Assignments(msgspec.Struct, frozen=True, kw_only=True):
    """A full list, or a difference against the revision that was asked with."""

    revision: str
    full: bool = True
    server_time: int = 0
    checks: list[Assignment] = []
    removed: list[int] = []


_DECODER = msgspec.json.Decoder(Assignments)


def decode_assignments(data: bytes) -> Assignments:
    """Read the server's answer; raises ValueError when it is not what the protocol says."""
    return _DECODER.decode(data)


def merge(current: Mapping[int, Assignment], news: Assignments) -> dict[int, Assignment]:
    """Return what is assigned after ``news``."""
    merged = {} if news.full else dict(current)
    for identifier in news.removed:
        merged.pop(identifier, None)
    merged.update((check.id, check) for check in news.checks)
    return merged


def save_assignments(path: Path, revision: str, current: Mapping[int, Assignment]) -> None:
    """Keep a copy for a start while cut off. Tokens of "run now" are not kept."""
    checks = [msgspec.structs.replace(check, run_now=None) for check in current.values()]
    replace_file(path, msgspec.json.encode(Assignments(revision=revision, checks=checks)))


def load_assignments(path: Path) -> Assignments | None:
    """Return the copy, or None if there is none that can be read."""
    try:
        return decode_assignments(path.read_bytes())
    except (OSError, ValueError):
        return None
