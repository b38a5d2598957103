"""Reads about the inventory that are used twice, or by other modules."""

from collections.abc import Collection

from django.db.models import Q

from drifta.inventory.models import Asset, Service, Site
from drifta.kernel.actor import Actor
from drifta.kernel.models import VisibleQuerySet


def sites(actor: Actor, organisation_id: int | None = None) -> VisibleQuerySet[Site]:
    """Return the sites the actor may know of, of one organisation or of all."""
    rows = Site.objects.visible_to(actor)
    return rows if organisation_id is None else rows.filter(organisation_id=organisation_id)


def assets(actor: Actor, organisation_id: int | None = None) -> VisibleQuerySet[Asset]:
    """Return the assets the actor may know of."""
    rows = Asset.objects.visible_to(actor).select_related("site", "owner", "organisation")
    return rows if organisation_id is None else rows.filter(organisation_id=organisation_id)


def services(actor: Actor, organisation_id: int | None = None) -> VisibleQuerySet[Service]:
    """Return the services the actor may know of."""
    rows = Service.objects.visible_to(actor).select_related("owner_team", "organisation")
    return rows if organisation_id is None else rows.filter(organisation_id=organisation_id)


def asset(actor: Actor, asset_id: int) -> Asset | None:
    """Return an asset the actor may know of."""
    return assets(actor).filter(pk=asset_id).first()


def assets_of_person(actor: Actor, person_id: int) -> list[Asset]:
    """Return the assets that a person owns, by name."""
    return list(Asset.objects.visible_to(actor).filter(owner_id=person_id).order_by("name"))


def services_on(asset_ids: Collection[int]) -> list[Service]:
    """Return the services that depend on any of these assets."""
    return list(Service.objects.filter(assets__in=asset_ids).distinct().order_by("name"))


def searched(rows: VisibleQuerySet[Asset], text: str) -> VisibleQuerySet[Asset]:
    """Narrow to assets whose name, address, model or serial number contains each word."""
    for word in text.split():
        rows = rows.filter(
            Q(name__icontains=word) | Q(address__icontains=word) | Q(model__icontains=word) | Q(serial__icontains=word)
        )
    return rows


def choices(actor: Actor, text: str = "", limit: int = 20) -> list[Asset]:
    """Return assets for a chooser: those that fit ``text``, by name."""
    return list(searched(assets(actor), text).order_by("name", "pk")[:limit])
