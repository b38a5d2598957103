"""The page of the event log: who did what, when; whether it is sealed."""

from functools import cached_property
from typing import Any

from django.db.models import Q
from django.db.models.query import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from drifta.kernel import sealing
from drifta.kernel.actor import Actor
from drifta.kernel.events import events
from drifta.kernel.http import Request
from drifta.kernel.models import LoggedEvent, Seal, subject_key
from drifta.kernel.permissions import require
from drifta.site.pages import event_words
from drifta.ui.menu import actor_of
from drifta.ui.subjects import find_all
from drifta.ui.tables import Column, DateFilter, Empty, MultiFilter, Table, TextFilter
from drifta.ui.tables.cursor import Page


def visible_to(actor: Actor) -> QuerySet[LoggedEvent]:
    """Return the events of the actor's organisations, and those of the installation itself."""
    rows = LoggedEvent.objects.all()
    if actor.organisation_ids is None:
        return rows
    return rows.filter(Q(organisation_id__in=actor.organisation_ids) | Q(organisation_id=None))


def _what(event: LoggedEvent) -> SafeString:
    said = event_words.told(event, getattr(event, "names", {}))
    return format_html("<span><strong>{}</strong> {}</span>", event.actor_name, said)


def _about(event: LoggedEvent) -> SafeString:
    """Name what the event is about; by its key where it is gone, or the reader may not see it."""
    about = getattr(event, "about", None)
    if about is None:
        return format_html('<span class="mono">{}</span>', event.subject)
    return format_html('<span title="{}">{}</span>', event.subject, about)


def _kinds(request: HttpRequest) -> list[tuple[str, str]]:
    return sorted(((name, event_words.kind(name)) for name in events), key=lambda pair: pair[1].casefold())


def _of(rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
    return rows.filter(subject=values[0].strip())


def _by(rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
    return rows.filter(actor_name__icontains=values[0].strip())


class EventTable(Table):
    """The event log."""

    key = "kernel.events"
    columns = (
        Column("at", _("When"), sort="pk", link=True),
        Column("what", _("Who did what"), event_words.told, _what, grow=True),
        Column("subject", _("About"), render=_about),
        Column("name", _("Kind"), render=lambda row: event_words.kind(row.name), optional=True),
        Column("actor_name", _("Who"), optional=True),
        Column(
            "actor_kind", _("Kind of actor"), render=lambda row: str(event_words.ACTORS[row.actor_kind]), optional=True
        ),
        Column("id", _("Number"), numeric=True, optional=True),
        Column("data", _("Data"), lambda row: row.data, lambda row: str(row.data), optional=True),
    )
    filters = (
        DateFilter("at", _("When")),
        MultiFilter("name", _("Kind"), choices=_kinds),
        TextFilter("who", _("Who"), apply_with=_by),
        TextFilter("subject", _("About"), apply_with=_of),
    )
    default_sort = "-pk"
    empty = Empty(_("Nothing has happened yet."), icon="history")

    def __init__(self, request: Request) -> None:
        super().__init__(request, visible_to(request.actor))

    @cached_property
    def page(self) -> Page:
        """The rows of this page, each with what it is about, as far as the actor may see that."""
        page = super().page
        mentioned = {key for row in page.rows for key in event_words.objects(row)}
        found = find_all(actor_of(self.request), mentioned)
        known = {subject_key(type(one), one.pk): one for one in found}
        names = {key: str(one) for key, one in known.items()}
        for row in page.rows:
            row.about, row.names = known.get(row.subject), names
        return page

    def url(self, row: LoggedEvent) -> str:
        """Lead to the page of what the event is about."""
        about: Any = getattr(row, "about", None)
        return about.get_absolute_url() if hasattr(about, "get_absolute_url") else ""


@require_safe
def event_list(request: Request) -> HttpResponseBase:
    """Show the log."""
    require(request.actor, "events.view")
    newest = Seal.objects.order_by("-last_event").first()
    context = {"title": _("Event log"), "seal": newest, "verdict": request.GET.get("verdict", "")}
    return EventTable(request).response("site/events.html", context)


@require_POST
def verify(request: Request) -> HttpResponse:
    """Recompute the hash chain and say whether it holds."""
    require(request.actor, "events.view")
    broken = sealing.verify()
    return redirect(f"/events/?verdict={'whole' if broken is None else broken}")
