"""The unit of work: one outermost action with everything that it calls, in one transaction.

Facts and search documents are gathered here and written at its end, all of one kind in one statement. Rows that were
locked are remembered, so that an action within the action need not lock and read them again.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from django.db import models, transaction

from drifta.kernel import guard

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")
Writer = Callable[[list[Any]], None]


class Unit:
    """What one outermost action has gathered so far."""

    def __init__(self) -> None:
        self.waiting: dict[Writer, list[Any]] = {}
        self.held: dict[tuple[type[models.Model], Any], models.Model] = {}
        self.answers: dict[Hashable, Any] = {}

    def finish(self) -> None:
        """Write what waits; what is gathered meanwhile too."""
        while self.waiting:
            taken, self.waiting = self.waiting, {}
            for writer, items in taken.items():
                writer(items)

    @contextmanager
    def part(self) -> Iterator[None]:
        """Run an action within the action: when it fails, what it gathered is dropped, and nothing counts as held."""
        marks = {writer: len(items) for writer, items in self.waiting.items()}
        try:
            yield
        except BaseException:
            for writer, items in self.waiting.items():
                del items[marks.get(writer, 0) :]
            self.held.clear()
            self.answers.clear()
            raise


_current: ContextVar[Unit | None] = ContextVar("drifta_unit", default=None)


@contextmanager
def work() -> Iterator[None]:
    """Open the unit of an outermost action, or join the one that is open.

    An inner action has no savepoint: whoever wants to go on after its failure opens one (``transaction.atomic()``).
    """
    outer = _current.get()
    if outer is None:
        with transaction.atomic(), guard.writing(), _opened() as unit:
            yield
            unit.finish()
    else:
        with transaction.atomic(savepoint=False), outer.part():
            yield


@contextmanager
def _opened() -> Iterator[Unit]:
    unit = Unit()
    token = _current.set(unit)
    try:
        yield unit
    finally:
        _current.reset(token)


def later(writer: Writer, items: Iterable[Any]) -> None:
    """Have ``writer`` called with these items and others' at the end of the unit; at once when none is open."""
    unit = _current.get()
    if unit is None:
        writer(list(items))
    else:
        unit.waiting.setdefault(writer, []).extend(items)


def holds(row: models.Model) -> bool:
    """Whether this very object was locked in this unit, or made in it, so that it shows what is so now."""
    unit = _current.get()
    return unit is not None and unit.held.get((type(row), row.pk)) is row


def hold(row: models.Model) -> None:
    """Note that the object's row is locked, or was made, in this unit; other objects of the row may be stale."""
    unit = _current.get()
    if unit is not None:
        unit.held[type(row), row.pk] = row


def locked(rows: models.QuerySet[M]) -> list[M]:
    """Lock the rows in the order of their keys (so that two units never wait for one another) and return them."""
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    for row in found:
        hold(row)
    return found


def remembered(key: Hashable, find: Callable[[], T]) -> T:
    """Return what ``find`` returns; within a unit it is asked once for each key."""
    unit = _current.get()
    if unit is None:
        return find()
    if key not in unit.answers:
        unit.answers[key] = find()
    return cast("T", unit.answers[key])


def forget(key: Hashable) -> None:
    """Let ``remembered`` ask again: what it found was changed."""
    unit = _current.get()
    if unit is not None:
        unit.answers.pop(key, None)
