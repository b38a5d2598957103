"""Desk addresses and webhooks over REST; what webhooks send is specified in ``docs/formats/webhooks.md``."""

import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from drifta.channels import actions
from drifta.channels.models import DeskAddress, WebhookDelivery, WebhookEndpoint
from drifta.kernel import rest
from drifta.kernel.actor import Actor
from drifta.kernel.permissions import require
from drifta.kernel.rest import Page

router = Router()

Number = Annotated[int, Field(ge=1, lt=2**63)]
EventName = Annotated[str, Field(max_length=80)]


class AddressOut(Schema):
    """A mail address that people write to."""

    id: int
    organisation_id: int
    address: str
    name: str
    team_id: int | None
    category_id: int | None
    language: str
    is_default: bool
    is_active: bool
    version: int


class AddressIn(Schema):
    """A new desk address; the first one of an organisation is used for outgoing mail."""

    address: str = Field(max_length=254)
    organisation_id: Number | None = None
    name: str = Field(default="", max_length=100)
    team_id: Number | None = None
    category_id: Number | None = None
    language: Literal["en", "sv", "nb"] = "en"
    is_default: bool = False


class AddressChange(Schema):
    """New values of a desk address; what is missing stays, null empties team or category."""

    address: str = Field(default="", max_length=254)
    name: str = Field(default="", max_length=100)
    team_id: Number | None = None
    category_id: Number | None = None
    language: Literal["en", "sv", "nb"] = "en"
    is_default: bool = False
    is_active: bool = True


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


def _addresses(request: HttpRequest) -> QuerySet[DeskAddress]:
    return DeskAddress.objects.visible_to(_actor(request))


@router.get("/desk-addresses", response=Page[AddressOut], tags=["desk-addresses"], summary="List desk addresses")
def addresses(request: HttpRequest, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List desk addresses, by number."""
    return rest.paginate(_addresses(request), cursor=cursor, limit=limit, order=("id",))


@router.post("/desk-addresses", response={201: AddressOut}, tags=["desk-addresses"], summary="Add a desk address")
def create_address(request: HttpRequest, values: AddressIn) -> Status[DeskAddress]:
    """Take mail to an address in from now on."""
    actor = _actor(request)
    given = values.model_dump(exclude={"organisation_id"})
    home = values.organisation_id or actor.organisation_id or 0
    return Status(201, actions.add_address(actor, organisation_id=home, **given))


@router.get("/desk-addresses/{int:pk}", response=AddressOut, tags=["desk-addresses"], summary="Show a desk address")
def address(request: HttpRequest, pk: int, response: HttpResponse) -> DeskAddress:
    """Show a desk address."""
    row = rest.get_visible(_addresses(request), pk)
    rest.with_etag(response, row)
    return row


@router.patch(
    "/desk-addresses/{int:pk}", response=AddressOut, tags=["desk-addresses"], summary="Change a desk address"
)
def change_address(request: HttpRequest, pk: int, values: AddressChange, response: HttpResponse) -> DeskAddress:
    """Change what is given."""
    row = rest.get_visible(_addresses(request), pk)
    rest.based_on(request, row)
    present = {name: getattr(row, name) for name in AddressChange.model_fields}
    changed = actions.change_address(_actor(request), row, **(present | values.model_dump(exclude_unset=True)))
    rest.with_etag(response, changed)
    return changed


@router.delete(
    "/desk-addresses/{int:pk}", response={204: None}, tags=["desk-addresses"], summary="Remove a desk address"
)
def remove_address(request: HttpRequest, pk: int) -> Status[None]:
    """Refuse mail to the address from now on."""
    actions.remove_address(_actor(request), rest.get_visible(_addresses(request), pk))
    return Status(204, None)


def _rows(request: HttpRequest) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.visible_to(_actor(request))


@router.get("/webhooks", response=Page[WebhookOut], tags=["webhooks"], summary="List webhooks")
def webhooks(request: HttpRequest, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List webhooks, by number."""
    return rest.paginate(_rows(request), cursor=cursor, limit=limit, order=("id",))


@router.post("/webhooks", response={201: WebhookMade}, tags=["webhooks"], summary="Add a webhook")
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


@router.get("/webhooks/{int:pk}", response=WebhookOut, tags=["webhooks"], summary="Show a webhook")
def webhook(request: HttpRequest, pk: int, response: HttpResponse) -> WebhookEndpoint:
    """Show a webhook."""
    row = rest.get_visible(_rows(request), pk)
    rest.with_etag(response, row)
    return row


@router.patch("/webhooks/{int:pk}", response=WebhookOut, tags=["webhooks"], summary="Change a webhook")
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


@router.delete("/webhooks/{int:pk}", response={204: None}, tags=["webhooks"], summary="Remove a webhook")
def remove_webhook(request: HttpRequest, pk: int) -> tuple[int, None]:
    """Remove a webhook."""
    actions.remove_webhook(_actor(request), rest.get_visible(_rows(request), pk))
    return 204, None


@router.get(
    "/webhooks/{int:pk}/deliveries",
    response=Page[DeliveryOut],
    tags=["webhooks"],
    summary="List a webhook's deliveries",
)
def deliveries(request: HttpRequest, pk: int, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List what was sent, newest first."""
    row = rest.get_visible(_rows(request), pk)
    return rest.paginate(WebhookDelivery.objects.filter(endpoint=row), cursor=cursor, limit=limit)
