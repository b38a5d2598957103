"""What a column of a list is: where its value comes from, how it is shown, whether it sorts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from drifta.ui.times import ago, missing

Accessor = str | Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """One column.

    ``value`` is a dotted path on the row (the column's name when left out) or a function of the row; ``render`` gives
    other HTML than the value itself; ``sort`` is the path on the model to sort by; the column with ``link`` carries
    the row's link and should be the first; ``grow`` takes the space that is left, and gives way when there is none;
    ``optional`` columns are hidden until somebody chooses them; ``export`` gives another value to files.
    """

    name: str
    label: str | Promise
    value: Accessor | None = None
    render: Callable[[Any], str | SafeString] | None = None
    sort: str = ""
    numeric: bool = False
    link: bool = False
    grow: bool = False
    optional: bool = False
    export: Accessor | None = None

    @property
    def css(self) -> str:
        """The classes of its head and cells."""
        return " ".join(name for name, has in (("numeric", self.numeric), ("grow", self.grow)) if has)

    def of(self, row: Any) -> Any:
        """Return the plain value of a row's cell."""
        return resolve(row, self.value or self.name)

    def exported(self, row: Any) -> Any:
        """Return the value that goes into a file."""
        return resolve(row, self.export or self.value or self.name)

    def show(self, row: Any) -> str | SafeString:
        """Return what stands in the cell: an en dash where there is nothing."""
        if self.render is not None:
            return self.render(row) or missing()
        return shown(self.of(row))


def resolve(row: Any, accessor: Accessor) -> Any:
    """Follow a dotted path from a row, calling methods on the way; None as soon as something is missing."""
    if not isinstance(accessor, str):
        return accessor(row)
    value = row
    for name in accessor.split("."):
        if value is None:
            return None
        value = value.get(name) if isinstance(value, dict) else getattr(value, name)
        if callable(value):
            value = value()
    return value


def shown(value: Any) -> str | SafeString:
    """Write a value the way people read it."""
    if value is None or value == "":
        return missing()
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return ago(value)
    if isinstance(value, date):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, int | float):
        return str(formats.localize(value, use_l10n=True))
    return value if isinstance(value, SafeString) else str(value)
