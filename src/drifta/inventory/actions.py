"""Everything that changes sites, assets and services."""

from collections.abc import Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.inventory import index
from drifta.inventory.events import (
    AssetCreated,
    AssetEdited,
    ServiceCreated,
    ServiceEdited,
    SiteCreated,
    SiteEdited,
)
from drifta.inventory.models import Asset, Service, Site
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import Event, emit
from drifta.kernel.models import Versioned, change
from drifta.people import queries as people

V = TypeVar("V", bound=Versioned)


@action("inventory.create_site", label=gettext_lazy("Add site"), icon="map-pin")
def create_site(
    actor: Actor, *, organisation_id: int, name: str, address: str = "", time_zone: str = "Europe/Stockholm"
) -> Site:
    """Add a place with people and equipment."""
    _organisation(actor, organisation_id)
    zone = _zone(time_zone)
    site = Site(organisation_id=organisation_id, name=_name(name), address=address.strip(), time_zone=zone)
    return _created(actor, site, lambda: SiteCreated(site=site.pk, name=site.name))


@action("inventory.edit_site", label=gettext_lazy("Edit site"), icon="edit", versioned=True, own_page=True)
def edit_site(
    actor: Actor, site: Site, *, name: str | None = None, address: str | None = None, time_zone: str | None = None
) -> Site:
    """Change what is given."""
    given = {
        "name": _name(name) if name is not None else None,
        "address": address.strip() if address is not None else None,
        "time_zone": _zone(time_zone) if time_zone is not None else None,
    }
    if fields := _store(site, given):
        emit(actor, SiteEdited(site=site.pk, name=site.name, fields=fields), subject=site)
        index.write(site)
    return site


@action("inventory.create_asset", label=gettext_lazy("Add asset"), icon="device-desktop")
def create_asset(
    actor: Actor,
    *,
    organisation_id: int,
    name: str,
    kind: str = "other",
    address: str = "",
    model: str = "",
    serial: str = "",
    site_id: int | None = None,
    owner_id: int | None = None,
    note: str = "",
) -> Asset:
    """Add a thing that is owned and looked after."""
    _organisation(actor, organisation_id)
    _check_relations(organisation_id, site_id, owner_id)
    asset = Asset(
        organisation_id=organisation_id,
        name=_name(name),
        kind=_kind(kind),
        address=address.strip(),
        model=model.strip(),
        serial=serial.strip(),
        site_id=site_id,
        owner_id=owner_id,
        note=note,
    )
    return _created(actor, asset, lambda: AssetCreated(asset=asset.pk, name=asset.name))


@action("inventory.edit_asset", label=gettext_lazy("Edit asset"), icon="edit", versioned=True, own_page=True)
def edit_asset(
    actor: Actor,
    asset: Asset,
    *,
    name: str | None = None,
    kind: str | None = None,
    address: str | None = None,
    model: str | None = None,
    serial: str | None = None,
    site_id: int | None = None,
    owner_id: int | None = None,
    note: str | None = None,
    clear: Sequence[str] = (),
) -> Asset:
    """Change what is given; ``clear`` names ``site_id`` or ``owner_id`` to be emptied."""
    _check_relations(asset.organisation_id, site_id, owner_id)
    given = {
        "name": _name(name) if name is not None else None,
        "kind": _kind(kind) if kind is not None else None,
        "address": address.strip() if address is not None else None,
        "model": model.strip() if model is not None else None,
        "serial": serial.strip() if serial is not None else None,
        "site_id": site_id,
        "owner_id": owner_id,
        "note": note,
    }
    emptied = [field for field in clear if field in ("site_id", "owner_id")]
    if fields := _store(asset, given, emptied):
        emit(actor, AssetEdited(asset=asset.pk, name=asset.name, fields=fields), subject=asset)
        index.write(asset)
    return asset


@action("inventory.create_service", label=gettext_lazy("Add service"), icon="cloud")
def create_service(
    actor: Actor,
    *,
    organisation_id: int,
    name: str,
    owner_team_id: int | None = None,
    asset_ids: Sequence[int] = (),
    note: str = "",
) -> Service:
    """Add something that users know, with the assets it depends on."""
    _organisation(actor, organisation_id)
    _check_team(actor, organisation_id, owner_team_id)
    service = Service(organisation_id=organisation_id, name=_name(name), owner_team_id=owner_team_id, note=note)
    _created(actor, service, lambda: ServiceCreated(service=service.pk, name=service.name))
    service.assets.set(_assets(service, asset_ids))
    return service


@action("inventory.edit_service", label=gettext_lazy("Edit service"), icon="edit", versioned=True, own_page=True)
def edit_service(
    actor: Actor,
    service: Service,
    *,
    name: str | None = None,
    owner_team_id: int | None = None,
    asset_ids: Sequence[int] | None = None,
    note: str | None = None,
    clear: Sequence[str] = (),
) -> Service:
    """Change what is given; ``clear`` may name ``owner_team_id`` to be emptied."""
    _check_team(actor, service.organisation_id, owner_team_id)
    given = {"name": _name(name) if name is not None else None, "owner_team_id": owner_team_id, "note": note}
    emptied = [field for field in clear if field == "owner_team_id"]
    fields = _store(service, given, emptied)
    if asset_ids is not None and _set_assets(service, asset_ids):
        fields = ", ".join(filter(None, [fields, "assets"]))
    if fields:
        emit(actor, ServiceEdited(service=service.pk, name=service.name, fields=fields), subject=service)
        index.write(service)
    return service


def _set_assets(service: Service, asset_ids: Sequence[int]) -> bool:
    before = set(service.assets.values_list("pk", flat=True))
    wanted = _assets(service, asset_ids)
    service.assets.set(wanted)
    return {asset.pk for asset in wanted} != before


def _assets(service: Service, asset_ids: Sequence[int]) -> list[Asset]:
    return list(Asset.objects.filter(organisation_id=service.organisation_id, pk__in=list(asset_ids)))


def _created(actor: Actor, row: V, fact: Any) -> V:
    _save(row)
    made: Event = fact()
    emit(actor, made, subject=row)
    index.write(row)
    return row


def _store(row: Versioned, given: dict[str, Any], emptied: Sequence[str] = ()) -> str:
    """Store the values that differ; returns the names of their fields for people to read."""
    values = {name: value for name, value in given.items() if value is not None and getattr(row, name) != value}
    values |= {name: None for name in emptied if getattr(row, name) is not None}
    if values:
        _save(row, **values)
    return ", ".join(name.removesuffix("_id") for name in values)


def _save(row: Versioned, **values: Any) -> None:
    try:
        with transaction.atomic():
            if values:
                change(row, **values)
            else:
                row.save()
    except IntegrityError as error:
        raise Refused(_("There is already one with this name. Choose another name.")) from error


def _organisation(actor: Actor, organisation_id: int) -> None:
    if not people.organisations(actor).filter(pk=organisation_id).exists():
        raise Refused(_("There is no such organisation. Choose one of the list."))


def _check_relations(organisation_id: int, site_id: int | None, owner_id: int | None) -> None:
    if site_id is not None and not Site.objects.filter(pk=site_id, organisation_id=organisation_id).exists():
        raise Refused(_("The site must be one of the same organisation."))
    if owner_id is not None and not people.belongs_to(owner_id, organisation_id):
        raise Refused(_("The owner must be somebody of the same organisation."))


def _check_team(actor: Actor, organisation_id: int, team_id: int | None) -> None:
    if team_id is not None and not people.teams(actor, organisation_id).filter(pk=team_id).exists():
        raise Refused(_("The team must be one of the same organisation."))


def _name(name: str) -> str:
    cleaned = " ".join(name.replace("\0", "").split())[:120]
    if not cleaned:
        raise Refused(_("A name is needed."))
    return cleaned


def _kind(kind: str) -> str:
    if kind not in Asset.Kind.values:
        raise Refused(_("There is no kind “%(kind)s”. Choose one of the list.") % {"kind": kind})
    return kind


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(_("“%(name)s” is not a time zone. Write it like Europe/Stockholm.") % {"name": name}) from error
    return name
