"""From a subject key, such as ``desk.ticket:42``, to the row, if the actor may know of it."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models
from django.http import Http404

from drifta.kernel.actor import Actor


def find(actor: Actor, key: str) -> models.Model | None:
    """Return the row that ``key`` names, or None when it does not exist or is invisible to the actor."""
    return next(iter(find_all(actor, [key])), None)


def find_all(actor: Actor, keys: Iterable[str]) -> list[models.Model]:
    """Return the visible rows among ``keys``, kind by kind, in the order of their numbers."""
    by_label: dict[str, list[int]] = {}
    for key in keys:
        label, _, number = key.partition(":")
        if number.isdecimal() and len(number) < 19:
            by_label.setdefault(label, []).append(int(number))
    found: list[models.Model] = []
    for label, numbers in by_label.items():
        rows = _rows(label)
        if rows is not None:
            found.extend(rows.visible_to(actor).filter(pk__in=numbers).order_by("pk"))
    return found


def get_all(actor: Actor, keys: Iterable[str]) -> list[models.Model]:
    """Like ``find_all``; raises ``Http404`` when nothing is left."""
    found = find_all(actor, keys)
    if not found:
        raise Http404
    return found


def _rows(label: str) -> Any:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    rows = model._default_manager.all()
    return rows if hasattr(rows, "visible_to") else None
