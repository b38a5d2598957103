"""Sites, assets and services over REST; verbs come from the action catalogue."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from drifta.inventory import actions, queries
from drifta.inventory.models import Asset, Service, Site
from drifta.kernel import rest
from drifta.kernel.actor import Actor
from drifta.kernel.permissions import require
from drifta.kernel.rest import Page

router = Router()

#: A row's number: PostgreSQL's bigint.
Number = Annotated[int, Field(ge=1, lt=2**63)]
KindName = Literal["server", "computer", "network", "printer", "phone", "room", "other"]


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _reader(request: HttpRequest) -> Actor:
    """Return who asks; raises ``PermissionDenied`` unless they may look the inventory up."""
    require(_actor(request), "inventory.view")
    return _actor(request)


def _home(request: HttpRequest, organisation_id: int | None) -> int:
    return organisation_id or _actor(request).organisation_id or 0


class AssetOut(Schema):
    """An asset."""

    id: int
    organisation_id: int
    name: str
    kind: str
    address: str
    model: str
    serial: str
    site_id: int | None
    owner_id: int | None
    note: str
    created_at: datetime
    version: int


class AssetIn(Schema):
    """A new asset."""

    name: str = Field(min_length=1, max_length=120)
    organisation_id: Number | None = None
    kind: KindName = "other"
    address: str = Field(default="", max_length=253)
    model: str = Field(default="", max_length=120)
    serial: str = Field(default="", max_length=120)
    site_id: Number | None = None
    owner_id: Number | None = None
    note: str = Field(default="", max_length=20_000)


class AssetChange(Schema):
    """New values of an asset; what is missing stays, null empties site or owner."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    kind: KindName | None = None
    address: str | None = Field(default=None, max_length=253)
    model: str | None = Field(default=None, max_length=120)
    serial: str | None = Field(default=None, max_length=120)
    site_id: Number | None = None
    owner_id: Number | None = None
    note: str | None = Field(default=None, max_length=20_000)


class AssetQuery(Schema):
    """What a list of assets is narrowed by."""

    q: str = Field(default="", max_length=200)
    kind: KindName | None = None
    site_id: Number | None = None
    owner_id: Number | None = None
    organisation_id: Number | None = None
    cursor: str | None = None
    limit: int = rest.PAGE


@router.get("/assets", response=Page[AssetOut], tags=["assets"], summary="List assets")
def assets(request: HttpRequest, query: Query[AssetQuery]) -> Page[Any]:
    """List assets, by number."""
    rows = queries.searched(queries.assets(_reader(request)), query.q.replace("\0", ""))
    given = query.model_dump(include={"kind", "site_id", "owner_id", "organisation_id"}, exclude_none=True)
    return rest.paginate(rows.filter(**given), cursor=query.cursor, limit=query.limit, order=("id",))


@router.post("/assets", response={201: AssetOut}, tags=["assets"], summary="Add an asset")
def create_asset(request: HttpRequest, values: AssetIn) -> Status[Asset]:
    """Add an asset."""
    given = values.model_dump(exclude={"organisation_id"})
    home = _home(request, values.organisation_id)
    return Status(201, actions.create_asset(_actor(request), organisation_id=home, **given))


@router.get("/assets/{int:pk}", response=AssetOut, tags=["assets"], summary="Show an asset")
def asset(request: HttpRequest, pk: int, response: HttpResponse) -> Asset:
    """Show an asset."""
    found = rest.get_visible(queries.assets(_reader(request)), pk)
    rest.with_etag(response, found)
    return found


@router.patch("/assets/{int:pk}", response=AssetOut, tags=["assets"], summary="Change an asset")
def change_asset(request: HttpRequest, pk: int, values: AssetChange, response: HttpResponse) -> Asset:
    """Change what is given."""
    found = rest.get_visible(queries.assets(_reader(request)), pk)
    rest.based_on(request, found)
    given = values.model_dump(exclude_unset=True)
    changed = actions.edit_asset(_actor(request), found, **given, clear=_emptied(given))
    rest.with_etag(response, changed)
    return changed


def _emptied(given: dict[str, Any]) -> list[str]:
    """Return the references that the caller has set to null."""
    return [name for name, value in given.items() if name.endswith("_id") and value is None]


class SiteOut(Schema):
    """A site."""

    id: int
    organisation_id: int
    name: str
    address: str
    time_zone: str
    version: int


class SiteIn(Schema):
    """A new site."""

    name: str = Field(min_length=1, max_length=120)
    organisation_id: Number | None = None
    address: str = Field(default="", max_length=300)
    time_zone: str = Field(default="Europe/Stockholm", max_length=60)


class SiteChange(Schema):
    """New values of a site; what is missing stays."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    address: str | None = Field(default=None, max_length=300)
    time_zone: str | None = Field(default=None, max_length=60)


def _sites(request: HttpRequest) -> QuerySet[Site]:
    return queries.sites(_reader(request))


@router.get("/sites", response=Page[SiteOut], tags=["sites"], summary="List sites")
def sites(request: HttpRequest, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List sites, by number."""
    return rest.paginate(_sites(request), cursor=cursor, limit=limit, order=("id",))


@router.post("/sites", response={201: SiteOut}, tags=["sites"], summary="Add a site")
def create_site(request: HttpRequest, values: SiteIn) -> Status[Site]:
    """Add a site."""
    given = values.model_dump(exclude={"organisation_id"})
    home = _home(request, values.organisation_id)
    return Status(201, actions.create_site(_actor(request), organisation_id=home, **given))


@router.get("/sites/{int:pk}", response=SiteOut, tags=["sites"], summary="Show a site")
def site(request: HttpRequest, pk: int, response: HttpResponse) -> Site:
    """Show a site."""
    found = rest.get_visible(_sites(request), pk)
    rest.with_etag(response, found)
    return found


@router.patch("/sites/{int:pk}", response=SiteOut, tags=["sites"], summary="Change a site")
def change_site(request: HttpRequest, pk: int, values: SiteChange, response: HttpResponse) -> Site:
    """Change what is given."""
    found = rest.get_visible(_sites(request), pk)
    rest.based_on(request, found)
    changed = actions.edit_site(_actor(request), found, **values.model_dump(exclude_unset=True))
    rest.with_etag(response, changed)
    return changed


class ServiceOut(Schema):
    """A service, with the assets it depends on."""

    id: int
    organisation_id: int
    name: str
    owner_team_id: int | None
    asset_ids: list[int]
    note: str
    version: int

    @staticmethod
    def resolve_asset_ids(service: Service) -> list[int]:
        """Return the assets' numbers."""
        return sorted(asset.pk for asset in service.assets.all())


class ServiceIn(Schema):
    """A new service."""

    name: str = Field(min_length=1, max_length=120)
    organisation_id: Number | None = None
    owner_team_id: Number | None = None
    asset_ids: list[Number] = Field(default=[], max_length=1000)
    note: str = Field(default="", max_length=20_000)


class ServiceChange(Schema):
    """New values of a service; what is missing stays, null empties the team."""

    name: str | None = Field(default=None, min_length=1, max_length=120)
    owner_team_id: Number | None = None
    asset_ids: list[Number] | None = Field(default=None, max_length=1000)
    note: str | None = Field(default=None, max_length=20_000)


def _services(request: HttpRequest) -> QuerySet[Service]:
    return queries.services(_reader(request)).prefetch_related("assets")


@router.get("/services", response=Page[ServiceOut], tags=["services"], summary="List services")
def services(request: HttpRequest, cursor: str | None = None, limit: int = rest.PAGE) -> Page[Any]:
    """List services, by number."""
    return rest.paginate(_services(request), cursor=cursor, limit=limit, order=("id",))


@router.post("/services", response={201: ServiceOut}, tags=["services"], summary="Add a service")
def create_service(request: HttpRequest, values: ServiceIn) -> Status[Service]:
    """Add a service."""
    given = values.model_dump(exclude={"organisation_id"})
    home = _home(request, values.organisation_id)
    return Status(201, actions.create_service(_actor(request), organisation_id=home, **given))


@router.get("/services/{int:pk}", response=ServiceOut, tags=["services"], summary="Show a service")
def service(request: HttpRequest, pk: int, response: HttpResponse) -> Service:
    """Show a service."""
    found = rest.get_visible(_services(request), pk)
    rest.with_etag(response, found)
    return found


@router.patch("/services/{int:pk}", response=ServiceOut, tags=["services"], summary="Change a service")
def change_service(request: HttpRequest, pk: int, values: ServiceChange, response: HttpResponse) -> Service:
    """Change what is given."""
    found = rest.get_visible(_services(request), pk)
    rest.based_on(request, found)
    given = values.model_dump(exclude_unset=True)
    actions.edit_service(_actor(request), found, **given, clear=_emptied(given))
    changed = rest.get_visible(_services(request), pk)
    rest.with_etag(response, changed)
    return changed
