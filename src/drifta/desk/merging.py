"""Merging two people's changes of the same thing, field by field. Plain values only; imports no Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sides:
    """A field that both changed, each in another way: what it was, what the other made of it, what I want."""

    before: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True)
class Merge:
    """What can be written as it is, and what only a person can decide."""

    changes: dict[str, Any]
    conflicts: dict[str, Sides]


def merge(base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Merge:
    """Return which of ``mine`` to write on top of ``theirs``, both made from ``base``.

    Fields that only one side changed never conflict, nor do equal changes; of lists both sides' additions and
    removals hold.
    """
    changes: dict[str, Any] = {}
    conflicts: dict[str, Sides] = {}
    for name, wanted in mine.items():
        before, now = base[name], theirs[name]
        if isinstance(wanted, list):
            joined = _joined(before, now, wanted)
            if joined != sorted(now):
                changes[name] = joined
        elif wanted in (before, now):
            continue
        elif now == before:
            changes[name] = wanted
        else:
            conflicts[name] = Sides(before, now, wanted)
    return Merge(changes, conflicts)


def _joined(before: list[Any], theirs: list[Any], mine: list[Any]) -> list[Any]:
    added, removed = set(mine) - set(before), set(before) - set(mine)
    return sorted((set(theirs) | added) - removed)
