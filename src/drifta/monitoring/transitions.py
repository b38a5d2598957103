"""What changed in a batch: whole columns are compared, and only changes become objects. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from drifta.monitoring.batch import FLAPPING, HARD, LATE, Batch, Parameters, Text

NOTHING = -1


@dataclass
class Standing:
    """What is known of a check: its newest state and the last that counts; ``NOTHING`` before the first."""

    check: int
    state: int = NOTHING
    hard: bool = True
    attempt: int = 1
    flapping: bool = False
    hard_state: int = NOTHING
    at: int = 0
    since: int = 0
    code: str = ""
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """A change of the hard state (or of flapping); times in milliseconds."""

    check: int
    before: int
    state: int
    at: int
    flapping: bool
    late: bool
    code: str
    parameters: Parameters


def changed_rows(batch: Batch, checks: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows that differ from what was before, in order of time.

    ``checks`` are the checks that count, ascending, and ``keys`` what is stored of each, packed: state + 4 × hard +
    8 × flapping + 16 × attempt, or ``NOTHING`` before the first run.
    """
    order = np.lexsort((np.arange(len(batch)), batch.time, batch.check))
    order = order[np.isin(batch.check[order], checks)]
    if not len(order):
        return order
    now, ids = _keys(batch, order), batch.check[order]
    before = np.roll(now, 1)
    first = np.flatnonzero(np.diff(ids, prepend=-1))
    before[first] = keys[np.searchsorted(checks, ids[first])]
    noted = np.zeros(len(batch), bool)
    noted[[*batch.texts, *batch.runs]] = True
    found: NDArray[np.int64] = order[(now != before) | noted[order]]
    return found[np.argsort(batch.time[found], kind="stable")]


def _keys(batch: Batch, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    flags = batch.flags[rows].astype(np.int64)
    hard, flapping = (flags & HARD) << 2, (flags & FLAPPING) << 1
    keys: NDArray[np.int64] = batch.state[rows] | hard | flapping | batch.attempt[rows].astype(np.int64) << 4
    return keys


def follow(batch: Batch, rows: NDArray[np.int64], standings: dict[int, Standing]) -> list[Turn]:
    """Bring changed rows into the standings of their checks; returns the turns, in order of time."""
    turns = (_take(standings[int(batch.check[row])], batch, row) for row in rows.tolist())
    return [turn for turn in turns if turn is not None]


def _take(standing: Standing, batch: Batch, row: int) -> Turn | None:
    """Bring one changed row into ``standing``; returns the turn if the hard state or flapping changed."""
    state, flags, at = int(batch.state[row]), int(batch.flags[row]), int(batch.time[row])
    hard, flapping = bool(flags & HARD), bool(flags & FLAPPING)
    text: Text | None = batch.texts.get(row)
    if text is not None:
        standing.code, standing.parameters = text
    turned = hard and (state != standing.hard_state or flapping != standing.flapping)
    before = standing.hard_state
    standing.state, standing.hard, standing.attempt = state, hard, int(batch.attempt[row])
    standing.flapping, standing.at = flapping, at
    if not turned:
        return None
    if state != before:
        standing.hard_state, standing.since = state, at
    late = bool(flags & LATE)
    return Turn(standing.check, before, state, at, flapping, late, standing.code, standing.parameters)
