"""Priority from impact and urgency, as ITIL's matrix has it. Impact and urgency run from 1 (high) to 3 (low)."""

from typing import Final

CRITICAL: Final = 1
HIGH: Final = 2
MEDIUM: Final = 3
LOW: Final = 4
PLANNING: Final = 5

PRIORITIES: Final = (CRITICAL, HIGH, MEDIUM, LOW, PLANNING)
LEVELS: Final = (1, 2, 3)


def priority(impact: int, urgency: int) -> int:
    """Return the priority, 1 (critical) to 5 (planning). Raises ``ValueError`` for levels that do not exist."""
    if impact not in LEVELS or urgency not in LEVELS:
        raise ValueError(f"Impact and urgency are 1, 2 or 3, not {impact} and {urgency}.")
    return impact + urgency - 1


_LEVELS_FOR: Final = {CRITICAL: (1, 1), HIGH: (2, 1), MEDIUM: (2, 2), LOW: (3, 2), PLANNING: (3, 3)}


def levels_for(wanted: int) -> tuple[int, int]:
    """Return the impact and urgency that stand for a priority somebody chose directly. Raises ``ValueError``."""
    if wanted not in _LEVELS_FOR:
        raise ValueError(f"A priority is 1 to 5, not {wanted}.")
    return _LEVELS_FOR[wanted]
