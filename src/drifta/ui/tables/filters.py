"""Filters of a list: each is a chip, and all of them live in the address."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.query import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Rows = QuerySet[Any]
Choice = tuple[str, str | Promise]
#: The choices themselves, or a function that looks them up for a request.
Choices = Sequence[Choice] | Callable[[HttpRequest], Iterable[Choice]]


@dataclass(frozen=True)
class Filter:
    """Base of all filters. ``name`` is the parameter in the address, ``path`` the field it looks at (if not ``name``).

    ``apply`` may be given to narrow the rows in another way: a function of (rows, values).
    """

    name: str
    label: str | Promise
    path: str = ""
    apply_with: Callable[[Rows, list[str]], Rows] | None = None
    template = "ui/filters/text.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of the address that belong to this filter."""
        return (self.name,)

    @property
    def field(self) -> str:
        """The path on the model."""
        return self.path or self.name

    def values(self, query: QueryDict) -> list[str]:
        """Return what is asked for; empty when the filter is not set."""
        return [value for value in query.getlist(self.name) if value and "\x00" not in value][:50]

    def apply(self, rows: Rows, query: QueryDict) -> Rows:
        """Return the rows that fit; everything when the filter is not set or its value makes no sense."""
        values = self.values(query)
        if not values:
            return rows
        return self.apply_with(rows, values) if self.apply_with else self.narrow(rows, values)

    def narrow(self, rows: Rows, values: list[str]) -> Rows:
        """Narrow by the field; subclasses say how."""
        return rows.filter(**{f"{self.field}__icontains": values[0]})

    def summary(self, request: HttpRequest, values: list[str]) -> str:  # noqa: ARG002 - subclasses look at it
        """Say in the chip what is chosen."""
        return ", ".join(values)

    def options(self, request: HttpRequest, values: list[str]) -> list[tuple[str, str, bool]]:  # noqa: ARG002
        """Return the choices as (value, label, chosen); none where one does not choose."""
        return []


@dataclass(frozen=True)
class TextFilter(Filter):
    """Contains a text."""


@dataclass(frozen=True)
class ChoiceFilter(Filter):
    """Exactly one of a few; unknown values find nothing."""

    choices: Choices = ()
    template = "ui/filters/choice.html"

    def narrow(self, rows: Rows, values: list[str]) -> Rows:
        """Keep rows with any of the values; ``none`` means without a value."""
        wanted = Q(**{f"{self.field}__in": [value for value in values if value != "none"]})
        if "none" in values:
            wanted |= Q(**{f"{self.field}__isnull": True})
        try:
            return rows.filter(wanted)
        except (ValueError, TypeError):
            return rows.none()

    def listed(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return the choices for this request with their labels in the reader's language."""
        found = self.choices(request) if callable(self.choices) else self.choices
        return [(str(value), str(label)) for value, label in found]

    def options(self, request: HttpRequest, values: list[str]) -> list[tuple[str, str, bool]]:
        """Return the choices as (value, label, chosen)."""
        return [(value, label, value in values) for value, label in self.listed(request)]

    def summary(self, request: HttpRequest, values: list[str]) -> str:
        """Name the first two, and how many more there are."""
        labels = dict(self.listed(request))
        named = ", ".join(labels.get(value, value) for value in values[:2])
        more = len(values) - 2
        return named if more <= 0 else _("%(named)s and %(count)d more") % {"named": named, "count": more}


@dataclass(frozen=True)
class MultiFilter(ChoiceFilter):
    """Any of several."""

    template = "ui/filters/multi.html"


@dataclass(frozen=True)
class PersonFilter(ChoiceFilter):
    """A person, found as one types; ``url`` answers with [{value, text}], ``choices`` names those already chosen."""

    url: str | Callable[[], str] = ""
    template = "ui/filters/person.html"

    @property
    def address(self) -> str:
        """Where the chooser looks for persons."""
        return self.url() if callable(self.url) else self.url


@dataclass(frozen=True)
class DateFilter(Filter):
    """From a day to a day, both included, in the reader's time zone: ``name_from`` and ``name_to``."""

    template = "ui/filters/date.html"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The two parameters of the address."""
        return (f"{self.name}_from", f"{self.name}_to")

    def values(self, query: QueryDict) -> list[str]:
        """Return [from, to], either may be empty; empty list when neither is a date."""
        found = [query.get(name, "") if _day(query.get(name, "")) else "" for name in self.parameters]
        return found if any(found) else []

    def narrow(self, rows: Rows, values: list[str]) -> Rows:
        """Keep rows between the start of the first and the end of the last day."""
        first, last = _day(values[0]), _day(values[1])
        if first:
            rows = rows.filter(**{f"{self.field}__gte": _midnight(first)})
        if last and last < date.max:
            rows = rows.filter(**{f"{self.field}__lt": _midnight(last + timedelta(days=1))})
        return rows

    def summary(self, request: HttpRequest, values: list[str]) -> str:  # noqa: ARG002
        """Write the days in the reader's language."""
        first, last = (formats.date_format(day, "SHORT_DATE_FORMAT") if (day := _day(one)) else "" for one in values)
        if first and last:
            return f"{first} – {last}"
        return _("from %(day)s") % {"day": first} if first else _("until %(day)s") % {"day": last}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
