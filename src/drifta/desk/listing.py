"""Lists of tickets: the fixed views, their badge counts, and the table with its filters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from drifta.desk.document import SOURCE
from drifta.desk.models import Category, Priority, Ticket, TicketQuerySet, category_path
from drifta.kernel import search
from drifta.kernel.actor import Actor
from drifta.people import queries as people
from drifta.ui.menu import actor_of
from drifta.ui.tables import Column, DateFilter, Empty, MultiFilter, PersonFilter, Table
from drifta.ui.tables.cursor import Sort
from drifta.ui.templatetags.drifta import state, state_icon
from drifta.ui.times import ago

#: Counts beside the views stop here: "99+" is as good as any larger number, and costs next to nothing.
COUNTED = 100


@dataclass(frozen=True)
class View:
    """A fixed list: its tickets, narrowed from those the actor sees."""

    key: str
    label: str | Promise
    icon: str
    narrow: Callable[[TicketQuerySet, Actor], TicketQuerySet]
    empty: str | Promise
    is_counted: bool = True


def _mine(rows: TicketQuerySet, actor: Actor) -> TicketQuerySet:
    return rows.open().filter(owner_id=actor.person_id or 0)


def _team(rows: TicketQuerySet, actor: Actor) -> TicketQuerySet:
    return rows.open().filter(team_id__in=actor.team_ids)


def _unassigned(rows: TicketQuerySet, actor: Actor) -> TicketQuerySet:
    return rows.open().filter(Q(team_id__in=actor.team_ids) | Q(team=None), owner=None)


def _waiting(rows: TicketQuerySet, actor: Actor) -> TicketQuerySet:
    return rows.filter(state=Ticket.State.WAITING)


def _all_open(rows: TicketQuerySet, actor: Actor) -> TicketQuerySet:
    return rows.open()


def _closed(rows: TicketQuerySet, actor: Actor) -> TicketQuerySet:
    return rows.filter(state__in=[Ticket.State.RESOLVED, Ticket.State.CLOSED])


def _everything(rows: TicketQuerySet, actor: Actor) -> TicketQuerySet:
    return rows


VIEWS: dict[str, View] = {
    view.key: view
    for view in (
        View("mine", _("Mine"), "user", _mine, _("Nothing is yours to do.")),
        View("team", _("My team"), "users", _team, _("Your teams have no open tickets.")),
        View("unassigned", _("Unassigned"), "inbox", _unassigned, _("Every ticket has an owner.")),
        View("waiting", _("Waiting"), "clock-pause", _waiting, _("Nothing waits.")),
        View("open", _("All open"), "list", _all_open, _("There are no open tickets."), is_counted=False),
        View(
            "closed",
            pgettext_lazy("tickets", "Closed"),
            "archive",
            _closed,
            _("Nothing has been resolved yet."),
            is_counted=False,
        ),
        View("all", _("All"), "ticket", _everything, _("There are no tickets yet."), is_counted=False),
    )
}
DEFAULT_VIEW = "open"
#: What lists read of a ticket, and the rows beside it whose names they show (as ``requester_name`` and so on): rows
#: without the rest, and names without the rows they stand in, cost a third.
RELATED = ("requester", "owner", "team", "category", "organisation")
SHOWN = (
    "organisation",
    "subject",
    "state",
    "kind",
    "priority",
    "channel",
    "last_from_requester",
    "created_at",
    "updated_at",
)


def view_of(key: str) -> View:
    """Return the view of this key; the default one for unknown keys."""
    return VIEWS.get(key, VIEWS[DEFAULT_VIEW])


def rows_of(actor: Actor, view: View, related: Sequence[str] = RELATED) -> TicketQuerySet:
    """Return the tickets of a view, with the names of the ``related`` rows."""
    rows = view.narrow(Ticket.objects.visible_to(actor), actor)
    return rows.only(*SHOWN).annotate(**{f"{name}_name": F(f"{name}__name") for name in related})


def counts(actor: Actor) -> dict[str, int]:
    """Return how many tickets each counted view has, none beyond ``COUNTED``; one statement."""
    sql, parameters = _counting(actor)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(cursor.fetchall())


# Putting the statement together takes longer than carrying it out, and it depends on nothing but the actor.
@lru_cache(maxsize=1000)
def _counting(actor: Actor) -> tuple[str, tuple[Any, ...]]:
    parts: list[str] = []
    parameters: list[Any] = []
    for view in VIEWS.values():
        if view.is_counted:
            rows = view.narrow(Ticket.objects.visible_to(actor), actor).order_by().values("pk")[:COUNTED]
            try:
                sql, given = rows.query.sql_with_params()
            except EmptyResultSet:  # known without asking: the tickets of my team, for somebody without one
                continue
            parts.append(f"SELECT %s, count(*) FROM ({sql}) counted_rows")  # noqa: S608 - Django's own statement
            parameters += [view.key, *given]
    return " UNION ALL ".join(parts), tuple(parameters)


def searched(actor: Actor, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Narrow tickets to those with the words of ``text``, those of whom is called so, or the one of that number."""
    number = text.removeprefix("#").strip()
    if number.isdecimal() and len(number) < 19:
        return rows.filter(pk=int(number))
    found = _with_words(actor, text)
    requesters = people.named(actor, text)
    return rows.filter(found | Q(requester_id__in=requesters)) if requesters else rows.filter(found)


def _with_words(actor: Actor, text: str) -> Q:
    """Return the condition that a ticket's subject, messages or attachment names have the words of ``text``."""
    numbers = search.rare(SOURCE, actor, text)
    if numbers is not None:  # as one array: thousands of single values take longer to write and read than to find
        return Q(RawSQL("desk_ticket.id = ANY(%s)", [numbers], output_field=BooleanField()))
    condition = search.matching(SOURCE, actor, text)
    assert condition is not None
    # Common words: each ticket is asked for them in the list's own order, until the page is full.
    asked = f"(SELECT {condition[0]} FROM kernel_search WHERE source = %s AND object_id = desk_ticket.id)"  # noqa: S608
    return Q(RawSQL(asked, [*condition[1], SOURCE], output_field=BooleanField()))  # noqa: S611


def _teams(request: HttpRequest) -> Iterable[tuple[str, str]]:
    yield from ((str(pk), name) for pk, name in people.teams(actor_of(request)).values_list("pk", "name"))
    yield "none", str(_("no team"))


def _owners(request: HttpRequest) -> Iterable[tuple[str, str]]:
    actor = actor_of(request)
    oneself = str(actor.person_id)
    yield "none", str(_("nobody"))
    yield from ((value, name) for value, name in _named(request, "owner") if value != oneself)
    yield oneself, actor.name


def _requesters(request: HttpRequest) -> Iterable[tuple[str, str]]:
    yield from _named(request, "requester")


def _named(request: HttpRequest, parameter: str) -> Iterable[tuple[str, str]]:
    """Name the persons whose numbers stand in the address."""
    for value in dict.fromkeys(request.GET.getlist(parameter)):
        found = people.person(actor_of(request), int(value)) if value.isdecimal() and len(value) < 19 else None
        if found is not None:
            yield value, found.name


def _categories(request: HttpRequest) -> Iterable[tuple[str, str]]:
    rows = Category.objects.visible_to(actor_of(request)).filter(is_active=True)
    found = rows.order_by().values_list("pk", "name", "parent__name")
    return sorted(((str(pk), category_path(name, parent)) for pk, name, parent in found), key=_by_name)


def _by_name(choice: tuple[str, str]) -> str:
    return choice[1].casefold()


def priority_state(ticket: Ticket) -> SafeString:
    """Show a ticket's priority: shape, word and colour."""
    return state(ticket.priority_state, str(Priority(ticket.priority).label))


def _subject(ticket: Ticket) -> SafeString:
    css = "ticket-subject strong" if ticket.last_from_requester and ticket.is_open else "ticket-subject"
    return format_html(
        '<span class="{}" title="{}"><span class="quiet numbers">#{}</span> {}</span>',
        css, ticket.subject, ticket.pk, ticket.subject,
    )  # fmt: skip


def _owner(ticket: Any) -> str | SafeString:
    """Show who works on it: a person, else the team that it waits for."""
    if ticket.owner_name:
        return str(ticket.owner_name)
    return format_html('<span class="quiet">{}</span>', ticket.team_name) if ticket.team_name else ""


class TicketTable(Table):
    """The list of tickets."""

    key = "desk.tickets"
    columns = (
        Column("subject", _("Ticket"), render=_subject, sort="pk", link=True, grow=True),
        Column("number", _("No."), value="pk", numeric=True, optional=True),
        Column("state", _("State"), render=lambda row: state(row.state), value="get_state_display"),
        Column("priority", _("Priority"), render=priority_state, value="priority", sort="priority"),
        Column("requester", _("Requester"), value="requester_name"),
        Column("owner", _("Owner"), render=_owner, value="owner_name"),
        Column("team", _("Team"), value="team_name", optional=True),
        Column("category", _("Category"), value="category_name", optional=True),
        Column("kind", _("Kind"), value="get_kind_display", optional=True),
        Column("channel", _("Channel"), value="get_channel_display", optional=True),
        Column("organisation", _("Organisation"), value="organisation_name", optional=True),
        Column("created", _("Reported"), value="created_at", sort="created_at", optional=True),
        Column("updated", _("Changed"), value="updated_at", sort="updated_at"),
    )
    filters = (
        MultiFilter("state", _("State"), choices=Ticket.State.choices),
        MultiFilter("priority", _("Priority"), choices=tuple((str(code), label) for code, label in Priority.choices)),
        MultiFilter("team", _("Team"), path="team_id", choices=_teams),
        PersonFilter("owner", _("Owner"), path="owner_id", url=lambda: reverse("desk:choose-agent"), choices=_owners),
        PersonFilter(
            "requester", _("Requester"), path="requester_id", url=lambda: reverse("desk:choose"), choices=_requesters
        ),
        MultiFilter("kind", _("Kind"), choices=Ticket.Kind.choices),
        MultiFilter("category", _("Category"), path="category_id", choices=_categories),
        DateFilter("created_at", _("Reported")),
    )
    default_sort = "-updated_at"
    bulk = ("desk.take", "desk.hold", "desk.resolve", "desk.close", "desk.reopen")
    bulk_template = "desk/parts/bulk.html"
    live = "desk.ticket"

    def __init__(self, request: HttpRequest, view: View) -> None:
        self.view = view
        self.actor = actor_of(request)
        super().__init__(request, rows_of(self.actor, view, self._related(request)))
        self.empty = Empty(view.empty, icon="ticket")  # type: ignore[misc]

    def _related(self, request: HttpRequest) -> list[str]:
        """Name the rows beside the tickets that the columns show; each of them costs."""
        chosen = request.GET.get("columns", "").split(",")
        is_file = "format" in request.GET
        wanted = {column.name for column in self.columns if is_file or not column.optional or column.name in chosen}
        return [name for name in RELATED if name in wanted | {"team"}]

    @cached_property
    def sort(self) -> Sort:
        """Sort by what is filtered by: tickets of a certain time stand in the order in which they were reported."""
        is_dated = any(self.query.get(name) for name in ("created_at_from", "created_at_to"))
        return Sort.parse("-created_at") if is_dated and "sort" not in self.query else super().sort

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Look for words in subject, messages and attachment names, or for a number."""
        return searched(self.actor, rows, text)

    def url(self, row: Ticket) -> str:
        """Lead to the workspace, with this list beside it."""
        before, after = self._address
        return f"{before}{row.pk}{after}"

    @cached_property
    def _address(self) -> tuple[str, str]:
        """What stands before and after a ticket's number in its address."""
        before, after = reverse("desk:ticket", args=[0]).split("0")
        return before, f"{after}?{self.kept}" if self.kept else after

    @cached_property
    def kept(self) -> str:
        """Return view, filters, order and place in the list, as they stand in the address."""
        query = self.query.copy()
        for name in ("format", "columns", "before", "mode"):
            query.pop(name, None)
        return query.urlencode()


def items_html(table: TicketTable, number: int) -> SafeString:
    """Return the tickets of the list's page as the narrow list beside the one with ``number``.

    Not a template, for the reason given in ``ui/tables/rows.py``.
    """
    channels = {value: escape(label) for value, label in Ticket.Channel.choices}
    parts = [
        _item(row, escape(table.url(row)), channels.get(row.channel, ""), is_current=row.pk == number)
        for row in table.page.rows
    ]
    return mark_safe("".join(parts))  # noqa: S308 - every value was escaped


def _item(row: Ticket, url: str, channel: str, *, is_current: bool) -> str:
    unread = " unread" if row.last_from_requester and row.is_open else ""
    current = ' aria-current="true"' if is_current else ""
    return (
        f'<a class="item{unread}" data-row data-ticket="{row.pk}" id="item-{row.pk}" href="{url}" hx-get="{url}"'
        f' hx-target="#ticket-main" hx-swap="outerHTML" hx-push-url="true"{current}>'
        f'{_mark(row)}<span class="item-title">#{row.pk} {escape(row.subject)}</span>'
        f'<span class="item-second">{_people(row)} · {channel}</span>'
        f'<span class="line-end">{ago(row.updated_at)}</span></a>'
    )


def _mark(row: Ticket) -> str:
    """Show how urgent it is when it is; else what becomes of it."""
    return conditional_escape(state_icon(row.priority_state if row.priority <= Priority.HIGH else row.state))


def _people(row: Any) -> str:
    """Name who asks, and who works on it."""
    asking = row.requester_name or "–"
    working = row.owner_name or row.team_name
    return escape(f"{asking} · {working}" if working else asking)
