"""Lists: declared as classes, shown as pages, fragments or files, with everything about them in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models.query import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from drifta.kernel.actions import Action, actions_for, catalogue
from drifta.kernel.permissions import may
from drifta.ui.menu import actor_of
from drifta.ui.tables.columns import Column
from drifta.ui.tables.cursor import Cursor, Page, Sort, page
from drifta.ui.tables.export import csv_response, json_response
from drifta.ui.tables.filters import Filter
from drifta.ui.tables.rows import rows_html


@dataclass(frozen=True)
class Empty:
    """What a list says when it has no rows: what that means, and what could be done."""

    title: str | Promise
    text: str | Promise = ""
    icon: str = "inbox"
    url: str = ""
    link: str | Promise = ""


@dataclass(frozen=True)
class Head:
    """A column's head: where a click leads, and how the list is sorted by it now."""

    column: Column
    url: str
    sorted: str


@dataclass(frozen=True)
class Chip:
    """A filter as it stands above the list."""

    filter: Filter
    values: list[str]
    summary: str
    remove: str
    options: list[tuple[str, str, bool]]
    others: list[tuple[str, str]]


class Table:
    """A list of rows. Subclasses declare; ``Table(request, rows).response(template)`` answers.

    The address carries filters, ``q`` (search), ``sort``, ``columns``, ``size`` and ``cursor``; ``format=csv`` or
    ``json`` gives the whole filtered list as a file.
    """

    #: Unique name, such as ``desk.tickets``; also the name of the file on export.
    key: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    filters: ClassVar[Sequence[Filter]] = ()
    #: Sorted like this when the address does not say; one of the columns' ``sort`` paths or ``pk``.
    default_sort: ClassVar[str] = "-pk"
    size: ClassVar[int] = 50
    #: Names of actions (of the catalogue) that can be done to several rows at once.
    bulk: ClassVar[Sequence[str]] = ()
    #: A template with further buttons for the selected rows; they send the form ``<dom_id>-bulk`` to their own pages.
    bulk_template: ClassVar[str] = ""
    #: Subjects on whose change the list fetches itself again, such as ``desk.ticket``.
    live: ClassVar[str] = ""
    empty: ClassVar[Empty] = Empty(_("Nothing here"))
    exports: ClassVar[bool] = True

    def __init__(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.request = request
        self.query: QueryDict = request.GET
        self.all_rows = rows

    # What subclasses may give

    def url(self, row: Any) -> str:
        """Return where a row leads; empty for nowhere."""
        return str(row.get_absolute_url()) if hasattr(row, "get_absolute_url") else ""

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any] | None:  # noqa: ARG002 - for subclasses
        """Narrow by the search field; None (the default) means that the list has no search field."""
        return None

    # What the page asks

    @property
    def dom_id(self) -> str:
        """The id of the list's element."""
        return f"list-{self.key.replace('.', '-')}"

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """All rows that fit the filters, in no order yet."""
        found = self.all_rows
        for one in self.filters:
            found = one.apply(found, self.query)
        narrowed = self.search(found, self.searched) if self.searched else None
        return found if narrowed is None else narrowed

    @property
    def searched(self) -> str:
        """The text in the search field."""
        return self.query.get("q", "").replace("\x00", "").strip()[:200]

    @cached_property
    def has_search(self) -> bool:
        """Whether the list has a search field."""
        return type(self).search is not Table.search

    @cached_property
    def sort(self) -> Sort:
        """How the list is sorted; an unknown wish gives the default."""
        wanted = Sort.parse(self.query.get("sort", ""))
        known = {column.sort for column in self.columns if column.sort}
        return wanted if wanted.path in known else Sort.parse(self.default_sort)

    @cached_property
    def page_size(self) -> int:
        """Rows per page: 10 to 200."""
        wanted = self.query.get("size", "")
        return min(max(int(wanted), 10), 200) if wanted.isdecimal() and len(wanted) < 5 else self.size

    @cached_property
    def page(self) -> Page:
        """The rows of this page; a cursor that no longer fits gives the first page."""
        text = self.query.get("cursor", "")
        cursor = Cursor.decode(text) if text else None
        return page(self.rows, self.sort, cursor, self.page_size)

    @cached_property
    def shown_columns(self) -> list[Column]:
        """The columns chosen in the address, else the usual ones; the one with the link always stays."""
        chosen = self.query.get("columns", "").split(",") if self.query.get("columns") else None
        if chosen is None:
            return [column for column in self.columns if not column.optional]
        return [column for column in self.columns if column.link or column.name in chosen]

    @cached_property
    def body(self) -> SafeString:
        """The rows; empty when there are none."""
        keys_and_urls = ((getattr(row, "subject_key", str(row.pk)), self.url(row), row) for row in self.page.rows)
        box = f"{self.dom_id}-bulk" if self.bulk_actions else ""
        return rows_html(self.shown_columns, keys_and_urls, form=box, has_menu=self.has_menu)

    @property
    def heads(self) -> list[Head]:
        """The columns' heads."""
        return [self._head(column) for column in self.shown_columns]

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column, "", "")
        here = column.sort == self.sort.path
        wish = f"-{column.sort}" if here and not self.sort.descending else column.sort
        direction = ("descending" if self.sort.descending else "ascending") if here else ""
        return Head(column, self.link(sort=wish), direction)

    @property
    def chips(self) -> list[Chip]:
        """The filters."""
        return [self._chip(one) for one in self.filters]

    def _chip(self, one: Filter) -> Chip:
        values = one.values(self.query)
        without = dict.fromkeys(one.parameters)
        return Chip(
            one,
            values,
            one.summary(self.request, values) if values else "",
            self.link(**without),
            one.options(self.request, values),
            self.kept_without(*one.parameters),
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything narrows the list, so that an empty one can say so."""
        return bool(self.searched) or any(one.values(self.query) for one in self.filters)

    @property
    def clear_link(self) -> str:
        """The address without filters and search."""
        names = [name for one in self.filters for name in one.parameters]
        return self.link(q=None, **dict.fromkeys(names))

    @property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """All columns that can be taken away, with whether they are shown."""
        return [(column, column in self.shown_columns) for column in self.columns if not column.link]

    def kept_without(self, *names: str) -> list[tuple[str, str]]:
        """Return the address's other parameters, as hidden fields of a form that sets ``names``."""
        drop = {*names, "cursor", "format"}
        return [(name, value) for name, values in self.query.lists() if name not in drop for value in values]

    @property
    def kept_without_search(self) -> list[tuple[str, str]]:
        """Hidden fields of the search form."""
        return self.kept_without("q")

    @property
    def kept_without_columns(self) -> list[tuple[str, str]]:
        """Hidden fields of the column chooser."""
        return self.kept_without("columns")

    def link(self, **changes: str | None) -> str:
        """Return the list's address with some parameters changed (None takes one away), from the first page."""
        query = self.query.copy()
        for name in ("cursor", "format"):
            query.pop(name, None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"?{query.urlencode()}" if query else self.request.path

    @property
    def here(self) -> str:
        """The full address of what is shown."""
        return self.request.get_full_path()

    @property
    def next_link(self) -> str:
        """The address of the next page; empty at the end."""
        return self.link(cursor=self.page.next) if self.page.next else ""

    @property
    def previous_link(self) -> str:
        """The address of the page before; empty at the beginning."""
        return self.link(cursor=self.page.previous) if self.page.previous else ""

    @property
    def csv_link(self) -> str:
        """The address of the list as CSV."""
        return self.link(format="csv")

    @property
    def json_link(self) -> str:
        """The address of the list as JSON."""
        return self.link(format="json")

    @cached_property
    def bulk_actions(self) -> list[Action]:
        """The actions for selected rows that the actor may do at all."""
        actor = actor_of(self.request)
        return [catalogue[name] for name in self.bulk if name in catalogue and may(actor, name)]

    @cached_property
    def has_menu(self) -> bool:
        """Whether rows have a button for what can be done to them: as the first one tells, so do all."""
        actor = actor_of(self.request)
        return bool(self.page.rows) and next(actions_for(actor, self.page.rows[0]), None) is not None

    # Answers

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for the list alone."""
        return self.request.headers.get("HX-Target") == self.dom_id

    def response(
        self, template: str, context: Mapping[str, Any] | None = None
    ) -> HttpResponse | StreamingHttpResponse:
        """Answer with the page, with the list alone when htmx asks for it, or with a file."""
        wanted = self.query.get("format", "")
        if self.exports and wanted in {"csv", "json"}:
            answer = csv_response if wanted == "csv" else json_response
            return answer(self._exported, self.rows.order_by("pk"), self.key.rpartition(".")[2])
        name = "ui/table.html" if self.is_fragment else template
        return render(self.request, name, {"table": self, **(context or {})})

    @property
    def _exported(self) -> list[Column]:
        return self.shown_columns if self.query.get("columns") else list(self.columns)
