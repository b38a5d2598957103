"""Soft and hard states on disk, so that a restart neither forgets a problem nor tells it twice."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from drifta.probe.check import State
from drifta.probe.files import replace_file
from drifta.probe.state import Standing

_Row = tuple[int, str, int, bool, int, bool, int]
_DECODER = msgspec.json.Decoder(list[_Row])


def save_standings(path: Path, standings: Mapping[int, tuple[str, Standing]]) -> None:
    """Replace the file by ``standings``: check id → (kind, standing)."""
    rows = [
        (identifier, kind, int(one.state), one.hard, one.attempt, one.flapping, one.changes)
        for identifier, (kind, one) in standings.items()
        if one.state is not None
    ]
    replace_file(path, msgspec.json.encode(rows))


def load_standings(path: Path) -> dict[int, tuple[str, Standing]]:
    """Read them back; empty if the file is missing or cannot be read."""
    try:
        rows = _DECODER.decode(path.read_bytes())
        return {row[0]: (row[1], Standing(State(row[2]), *row[3:])) for row in rows}
    except (OSError, ValueError):
        return {}
