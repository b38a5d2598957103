"""When a check runs: plain arithmetic on seconds."""

import math


def next_grid_point(wall: float, interval: float, phase: float) -> float:
    """Return how many seconds after the wall-clock time ``wall`` the check's next regular moment is, above 0.

    Regular moments are those where wall time modulo ``interval`` is ``phase * interval``: the same on every start.
    """
    offset = phase * interval
    passed = math.floor((wall - offset) / interval) + 1
    return max(1e-6, passed * interval + offset - wall)


def advance_grid(grid: float, now: float, interval: float) -> tuple[float, int]:
    """Return the first regular moment after ``now``, and how many between were left out."""
    if grid > now:
        return grid, 0
    steps = int((now - grid) // interval) + 1
    following = grid + steps * interval
    if following <= now:  # floating point: the division rounded down
        following += interval
    return following, steps - 1


def spread(count: int, interval: float) -> float:
    """Return over how many seconds ``count`` checks that arrive together begin: a few at once, many in turn."""
    return 0.0 if count <= 50 else min(interval, count / 500)


def percentile(ordered: list[float], share: float) -> float:
    """Return the value below which ``share`` of the sorted values lie; 0 without values."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
