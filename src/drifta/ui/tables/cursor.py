"""Keyset pagination: a page begins after a row, not at a number, so the millionth page costs what the first costs.

PostgreSQL sorts NULL after everything else (before, when descending); so do these conditions, to fit its indexes.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.db.models.query import QuerySet

M = TypeVar("M", bound=models.Model)

_signer = signing.Signer(salt="drifta.ui.cursor")


@dataclass(frozen=True)
class Sort:
    """A path to sort by, such as ``-updated_at``; the primary key always decides between equals."""

    path: str
    descending: bool

    @classmethod
    def parse(cls, text: str) -> "Sort":
        """Read ``-updated_at`` or ``title``."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    def __str__(self) -> str:
        return f"-{self.path}" if self.descending else self.path


@dataclass(frozen=True)
class Cursor:
    """A row's place in a sorted list, and on which side of it the wanted page lies."""

    path: str
    backwards: bool
    value: Any
    pk: Any

    def encode(self) -> str:
        """Return the cursor as it stands in an address: signed, so that what comes back is what was given out."""
        text = json.dumps([self.path, int(self.backwards), self.value, self.pk], cls=DjangoJSONEncoder)
        return _signer.sign(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))

    @classmethod
    def decode(cls, text: str) -> "Cursor | None":
        """Read a cursor from an address; None for what is not one, so that a damaged link shows the first page."""
        try:
            plain = _signer.unsign(text)
        except signing.BadSignature:
            return None
        path, backwards, value, pk = json.loads(base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4)))
        return cls(path, bool(backwards), value, pk)


@dataclass(frozen=True)
class Page:
    """One page of rows with the cursors of its neighbours, None where the list ends."""

    rows: list[Any]
    previous: str | None
    next: str | None


def page(rows: QuerySet[M], sort: Sort, cursor: Cursor | None, size: int) -> Page:
    """Return ``size`` rows of ``rows`` sorted by ``sort``, those beside ``cursor``. Counts nothing."""
    if cursor is not None and cursor.path != sort.path:
        cursor = None
    backwards = cursor is not None and cursor.backwards
    descending = sort.descending != backwards
    wanted = rows
    if cursor is not None:
        wanted = _beyond(rows, sort.path, cursor, descending=descending)
    sign = "-" if descending else ""
    order = [f"{sign}pk"] if sort.path == "pk" else [f"{sign}{sort.path}", f"{sign}pk"]
    found = list(wanted.order_by(*order)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_previous = more if backwards else cursor is not None
    has_next = True if backwards else more
    return Page(
        found,
        _at(found[0], sort.path, backwards=True) if found and has_previous else None,
        _at(found[-1], sort.path, backwards=False) if found and has_next else None,
    )


def _at(row: models.Model, path: str, *, backwards: bool) -> str:
    return Cursor(path, backwards, None if path == "pk" else _value(row, path), row.pk).encode()


def _value(row: Any, path: str) -> Any:
    value = row
    for name in path.split("__"):
        if value is None:
            return None
        value = getattr(value, name)
    return value.isoformat() if isinstance(value, datetime) else value


def _beyond(rows: QuerySet[M], path: str, cursor: Cursor, *, descending: bool) -> QuerySet[M]:
    side = "lt" if descending else "gt"
    if path == "pk":
        return rows.filter(**{f"pk__{side}": cursor.pk})
    if _nullable(rows.model, path):
        return rows.filter(_beyond_nullable(path, cursor, side))
    compare = TupleLessThan if descending else TupleGreaterThan
    return rows.filter(compare((F(path), F("pk")), (cursor.value, cursor.pk)))


def _beyond_nullable(path: str, cursor: Cursor, side: str) -> Q:
    later = Q(**{f"pk__{side}": cursor.pk})
    absent = Q(**{f"{path}__isnull": True})
    if cursor.value is None:
        return (absent & later) if side == "gt" else (absent & later) | ~absent
    beyond = Q(**{f"{path}__{side}": cursor.value}) | (Q(**{path: cursor.value}) & later)
    return beyond | absent if side == "gt" else beyond


def _nullable(model: type[models.Model], path: str) -> bool:
    """Whether the value at ``path`` may be NULL; annotations may, for all one knows."""
    current: Any = model
    for name in path.split("__"):
        try:
            found = current._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return True
        if found.null:
            return True
        current = found.related_model or found
    return False
