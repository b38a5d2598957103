"""Webhooks over REST; what is sent to them is specified in ``docs/formats/webhooks.md``."""

import secrets
from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from drifta.channels import actions
from drifta.channels.models import WebhookDelivery, WebhookEndpoint
from drifta.kernel import rest
from drifta.kernel.actor import Actor
from drifta.kernel.permissions import require
from drifta.kernel.rest import Page

router = Router(tags=["webhooks"])

Number = Annotated[int, Field(ge=1, lt=2**63)]
EventName = Annotated[str, Field(max_length=80)]


class WebhookOut(Schema):
    """A webhook; its secret is never shown again."""

    id: int
    organisation_id: int
    name: str
    url: str
    events: list[str]
    is_active: bool
    may_be_internal: bool
    created_at: datetime
    version: int


class WebhookMade(WebhookOut):
    """A new webhook, with the secret that signs what is sent to it."""

    secret: str


class WebhookIn(Schema):
    """A new webhook; without a secret one is made."""

    url: str = Field(max_length=500)
    name: str = Field(default="", max_length=100)
    organisation_id: Number | None = None
    events: list[EventName] = Field(default_factory=list, max_length=500)
    secret: str = Field(default="", max_length=200)
    may_be_internal: bool = False


class WebhookChange(Schema):
    """New values of a webhook; what is missing stays."""

    url: str | None = Field(default=None, max_length=500)
    name: str | None = Field(default=None, max_length=100)
    events: list[EventName] | None = Field(default=None, max_length=500)
    secret: str = Field(default="", max_length=200)
    may_be_internal: bool | None = None
    is_active: bool | None = None


class DeliveryOut(Schema):
    """What became of one event."""

    id: int
    event: int
    event_name: str
    state: str
    attempts: int
    status: int
    error: str
    created_at: datetime
    delivered_at: datetime | None


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, "channels.configure")
    return actor


def _rows(request: HttpRequest) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.visible_to(_actor(request))


@router.get("/webhooks", response=Page[WebhookOut], summary="List webhooks")
def webhooks(request: HttpRequest, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List webhooks, by number."""
    return rest.paginate(_rows(request), cursor=cursor, limit=limit, order=("id",))


@router.post("/webhooks", response={201: WebhookMade}, summary="Add a webhook")
def create_webhook(request: HttpRequest, values: WebhookIn) -> tuple[int, dict[str, Any]]:
    """Add a webhook; the answer is the only one that shows its secret."""
    actor = _actor(request)
    secret = values.secret or secrets.token_urlsafe(24)
    row = actions.add_webhook(
        actor,
        organisation_id=values.organisation_id or actor.organisation_id or 0,
        name=values.name,
        url=values.url,
        secret=secret,
        event_names=values.events,
        may_be_internal=values.may_be_internal,
    )
    return 201, WebhookOut.from_orm(row).dict() | {"secret": secret}


@router.get("/webhooks/{int:pk}", response=WebhookOut, summary="Show a webhook")
def webhook(request: HttpRequest, pk: int, response: HttpResponse) -> WebhookEndpoint:
    """Show a webhook."""
    row = rest.get_visible(_rows(request), pk)
    rest.with_etag(response, row)
    return row


@router.patch("/webhooks/{int:pk}", response=WebhookOut, summary="Change a webhook")
def change_webhook(request: HttpRequest, pk: int, values: WebhookChange, response: HttpResponse) -> WebhookEndpoint:
    """Change what is given."""
    row = rest.get_visible(_rows(request), pk)
    rest.based_on(request, row)
    changed = actions.change_webhook(
        _actor(request),
        row,
        name=row.name if values.name is None else values.name,
        url=row.url if values.url is None else values.url,
        secret=values.secret,
        event_names=row.events if values.events is None else values.events,
        may_be_internal=row.may_be_internal if values.may_be_internal is None else values.may_be_internal,
        is_active=row.is_active if values.is_active is None else values.is_active,
    )
    rest.with_etag(response, changed)
    return changed


@router.delete("/webhooks/{int:pk}", response={204: None}, summary="Remove a webhook")
def remove_webhook(request: HttpRequest, pk: int) -> tuple[int, None]:
    """Remove a webhook."""
    actions.remove_webhook(_actor(request), rest.get_visible(_rows(request), pk))
    return 204, None


@router.get("/webhooks/{int:pk}/deliveries", response=Page[DeliveryOut], summary="List a webhook's deliveries")
def deliveries(request: HttpRequest, pk: int, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List what was sent, newest first."""
    row = rest.get_visible(_rows(request), pk)
    return rest.paginate(WebhookDelivery.objects.filter(endpoint=row), cursor=cursor, limit=limit)
