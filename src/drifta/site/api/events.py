"""The event log over REST."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from drifta.kernel import rest
from drifta.kernel.actor import Actor
from drifta.kernel.models import LoggedEvent
from drifta.kernel.permissions import require
from drifta.kernel.rest import Page
from drifta.site.pages import event_words, log

router = Router(tags=["events"])


class EventOut(Schema):
    """One fact: who did what to which subject, when."""

    id: int
    at: datetime
    name: str
    subject: str
    organisation_id: int | None
    actor_kind: str
    actor_id: int | None
    actor_name: str
    data: dict[str, Any]
    text: str

    @staticmethod
    def resolve_text(event: LoggedEvent) -> str:
        """Say it in the asker's language."""
        return event_words.told(event)


class EventQuery(Schema):
    """What the log is narrowed by; ``after`` is the number of the last event that is known already."""

    name: str = Field(default="", max_length=80)
    subject: str = Field(default="", max_length=120)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    after: int | None = Field(default=None, ge=0, lt=2**63)
    cursor: str | None = None
    limit: int = rest.PAGE


@router.get("/events", response=Page[EventOut], summary="List events")
def events(request: HttpRequest, query: Query[EventQuery]) -> Page[Any]:
    """List events, newest first; with ``after``, oldest first, so that nothing is missed in between."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "events.view")
    rows = log.visible_to(actor)
    for name in ("name", "subject"):
        if value := getattr(query, name).replace("\0", ""):
            rows = rows.filter(**{name: value})
    if query.since:
        rows = rows.filter(at__gte=query.since)
    if query.until:
        rows = rows.filter(at__lt=query.until)
    if query.after is not None:
        rows = rows.filter(pk__gt=query.after)
    order = ("id",) if query.after is not None else ("-id",)
    return rest.paginate(rows, cursor=query.cursor, limit=query.limit, order=order)


@router.get("/events/{int:pk}", response=EventOut, summary="Show an event")
def event(request: HttpRequest, pk: int) -> LoggedEvent:
    """Show an event."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "events.view")
    return rest.get_visible(log.visible_to(actor), pk)
