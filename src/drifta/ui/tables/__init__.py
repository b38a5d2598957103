"""Declared lists: ``Table`` with ``Column`` and ``Filter``; see ``docs/ui.md``."""

from drifta.ui.tables.columns import Column
from drifta.ui.tables.filters import ChoiceFilter, DateFilter, Filter, MultiFilter, PersonFilter, TextFilter
from drifta.ui.tables.table import Empty, Table

__all__ = [
    "ChoiceFilter",
    "Column",
    "DateFilter",
    "Empty",
    "Filter",
    "MultiFilter",
    "PersonFilter",
    "Table",
    "TextFilter",
]
