"""The history bar: a stretch of time cut into slots, each showing its worst state. Pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass

ORDER = {"": 0, "good": 1, "unknown": 2, "warning": 3, "bad": 4}
"""From nothing known to worst."""


@dataclass(frozen=True)
class Change:
    """From ``at`` (seconds) on, the state was ``state``."""

    at: float
    state: str


def slots(changes: Sequence[Change], start: float, end: float, count: int) -> list[str]:
    """Return the worst state of each of ``count`` equal slots of [start, end); "" where nothing is known.

    ``changes`` are in order of time; the last one before ``start`` tells how it began.
    """
    width = (end - start) / count
    found = [""] * count
    for index, change in enumerate(changes):
        until = changes[index + 1].at if index + 1 < len(changes) else end
        first = max(0, int((change.at - start) // width))
        last = min(count - 1, int((until - start) // width) - (1 if (until - start) % width == 0 else 0))
        for slot in range(first, last + 1):
            if ORDER[change.state] > ORDER[found[slot]]:
                found[slot] = change.state
    return found


def good_share(changes: Sequence[Change], start: float, end: float) -> float | None:
    """Return which part (0 to 1) of the known time in [start, end) was good; None if nothing is known."""
    known = good = 0.0
    for index, change in enumerate(changes):
        until = changes[index + 1].at if index + 1 < len(changes) else end
        seconds = max(0.0, min(until, end) - max(change.at, start))
        known += seconds
        good += seconds if change.state == "good" else 0.0
    return good / known if known else None
