"""The page of the event log: who did what, when; whether it is sealed."""

from collections import defaultdict
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

from drifta.channels.reasons import REASONS
from drifta.desk.models import Message, Ticket
from drifta.kernel import sealing
from drifta.kernel.actor import Actor
from drifta.kernel.events import events
from drifta.kernel.http import Request
from drifta.kernel.models import LoggedEvent, Seal, subject_key
from drifta.kernel.permissions import require
from drifta.people.models import Role
from drifta.people.words import FIELDS
from drifta.ui.menu import actor_of
from drifta.ui.states import states
from drifta.ui.subjects import find_all
from drifta.ui.tables import Column, DateFilter, Empty, MultiFilter, Table, TextFilter

_STATES: dict[str, Any] = {key: one.label for key, one in states.items()}
_FIELDS: dict[str, Any] = {key: _(text) for key, text in FIELDS.items()}

#: Words for the values of fields of events, by the name of the field.
WORDS: dict[str, dict[str, Any]] = {
    "before": _STATES,
    "after": _STATES,
    "state": _STATES,
    "direction": dict(Message.Direction.choices),
    "channel": dict(Ticket.Channel.choices),
    "reason": {key: _(text) for key, text in REASONS.items()},
    "decision": {"send again": _("send again"), "give up": _("do not send")},
}


def visible_to(actor: Actor) -> QuerySet[LoggedEvent]:
    """Return the events of the actor's organisations, and those of the installation itself."""
    rows = LoggedEvent.objects.all()
    if actor.organisation_ids is None:
        return rows
    return rows.filter(Q(organisation_id__in=actor.organisation_ids) | Q(organisation_id=None))


def told(event: LoggedEvent) -> str:
    """Say what happened, in the reader's language."""
    kind = events.get(event.name)
    if kind is None:
        return event.name
    try:
        return str(kind.event_text) % defaultdict(str, _readable(event.data))
    except (TypeError, ValueError):
        return str(kind.event_text)


def _readable(data: dict[str, Any]) -> dict[str, Any]:
    """Put names of fields, roles and states into the reader's words."""
    words = {"fields": _FIELDS, "changes": _FIELDS, "roles": dict(Role.choices), **WORDS}
    return {
        key: ", ".join(str(words[key].get(one, one)) for one in value.split(", "))
        if key in words and isinstance(value, str)
        else value
        for key, value in data.items()
    }


def _what(event: LoggedEvent) -> SafeString:
    return format_html("<span><strong>{}</strong> {}</span>", event.actor_name, told(event))


def _kinds(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(events)]


def _about(rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
    return rows.filter(subject=values[0].strip())


def _by(rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
    return rows.filter(actor_name__icontains=values[0].strip())


class EventTable(Table):
    """The event log."""

    key = "kernel.events"
    columns = (
        Column("at", _("When"), sort="pk", link=True),
        Column("what", _("Who did what"), told, _what, grow=True),
        Column("subject", _("About"), render=lambda row: format_html('<span class="mono">{}</span>', row.subject)),
        Column("name", _("Kind"), optional=True),
        Column("actor_name", _("Who"), optional=True),
        Column("actor_kind", _("Kind of actor"), optional=True),
        Column("id", _("Number"), numeric=True, optional=True),
        Column("data", _("Data"), lambda row: row.data, lambda row: str(row.data), optional=True),
    )
    filters = (
        DateFilter("at", _("When")),
        MultiFilter("name", _("Kind"), choices=_kinds),
        TextFilter("who", _("Who"), apply_with=_by),
        TextFilter("subject", _("About"), apply_with=_about),
    )
    default_sort = "-pk"
    empty = Empty(_("Nothing has happened yet."), icon="history")

    def __init__(self, request: Request) -> None:
        super().__init__(request, visible_to(request.actor))

    @cached_property
    def links(self) -> dict[str, str]:
        """Where the pages are of what this page's events are about, as far as the actor may see them."""
        found = find_all(actor_of(self.request), {row.subject for row in self.page.rows})
        return {
            subject_key(type(one), one.pk): one.get_absolute_url() for one in found if hasattr(one, "get_absolute_url")
        }

    def url(self, row: LoggedEvent) -> str:
        """Lead to the page of what the event is about."""
        return self.links.get(row.subject, "")


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
