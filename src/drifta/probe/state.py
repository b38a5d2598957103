"""Soft and hard states and flapping: plain arithmetic, no clock, no input or output.

A result that is not good is *soft* until it has been repeated ``retries`` times; then it is *hard*, which
is what counts. Good counts at once. While soft, the check runs at its retry interval.

Flapping follows the well-known weighting of 21 states (20 possible changes): the newest change weighs 1.2,
the oldest 0.8. It begins at 30 % and ends below 10 %, so that two outages soon after one another do
not count as flapping yet.
"""

from dataclasses import dataclass

from drifta.probe.check import State

HISTORY = 20
_MASK = (1 << HISTORY) - 1
FLAPPING_BEGINS = 30.0
FLAPPING_ENDS = 10.0
_WEIGHTS = tuple(1.2 - 0.4 * age / (HISTORY - 1) for age in range(HISTORY))
_TOTAL = float(HISTORY)
_GOOD = State.GOOD


@dataclass(slots=True)
class Standing:
    """Where a check stands.

    ``changes``: bit 0 is set if the newest run changed the state, bit 19 the oldest remembered.
    """

    state: State | None = None
    hard: bool = True
    attempt: int = 1
    flapping: bool = False
    changes: int = 0


def change_percent(changes: int) -> float:
    """Return the weighted share of changes among the remembered runs, 0 to 100."""
    total = 0.0
    age = 0
    while changes:
        if changes & 1:
            total += _WEIGHTS[age]
        changes >>= 1
        age += 1
    return 100.0 * total / _TOTAL


def advance(standing: Standing, state: State, *, retries: int, detect_flapping: bool) -> bool:
    """Take one result into ``standing``.

    Return whether state, hardness or flapping changed (always for the first one).
    """
    previous = standing.state
    if state is previous and state is _GOOD and not standing.changes:
        return False
    before = (previous, standing.hard, standing.flapping)
    changed = previous is not None and state != previous
    standing.changes = ((standing.changes << 1) | changed) & _MASK
    standing.attempt, standing.hard = _attempt(standing, state, retries)
    standing.state = state
    standing.flapping = detect_flapping and _flaps(standing)
    return before != (state, standing.hard, standing.flapping)


def _attempt(standing: Standing, state: State, retries: int) -> tuple[int, bool]:
    """Return the attempt number and hardness that follow from ``state``."""
    if state == State.GOOD:
        return 1, True
    if standing.state is None or standing.state == State.GOOD:
        return 1, retries == 0
    if standing.hard:
        return standing.attempt, True
    attempt = min(standing.attempt + 1, retries + 1)
    return attempt, attempt > retries


def _flaps(standing: Standing) -> bool:
    percent = change_percent(standing.changes)
    return percent >= FLAPPING_ENDS if standing.flapping else percent >= FLAPPING_BEGINS
