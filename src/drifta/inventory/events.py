"""Facts about sites, assets and services."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from drifta.kernel.events import Event, event


@event("inventory.site_created", text=_("added the site %(name)s"))
@dataclass(frozen=True)
class SiteCreated(Event):
    """There is a new site."""

    site: int
    name: str


@event("inventory.site_edited", text=_("changed the site %(name)s: %(fields)s"))
@dataclass(frozen=True)
class SiteEdited(Event):
    """Particulars of a site have changed; names the fields."""

    site: int
    name: str
    fields: str


@event("inventory.asset_created", text=_("added the asset %(name)s"))
@dataclass(frozen=True)
class AssetCreated(Event):
    """There is a new asset."""

    asset: int
    name: str


@event("inventory.asset_edited", text=_("changed the asset %(name)s: %(fields)s"))
@dataclass(frozen=True)
class AssetEdited(Event):
    """Particulars of an asset have changed; names the fields."""

    asset: int
    name: str
    fields: str


@event("inventory.service_created", text=_("added the service %(name)s"))
@dataclass(frozen=True)
class ServiceCreated(Event):
    """There is a new service."""

    service: int
    name: str


@event("inventory.service_edited", text=_("changed the service %(name)s: %(fields)s"))
@dataclass(frozen=True)
class ServiceEdited(Event):
    """Particulars of a service, or the assets it depends on, have changed; names the fields."""

    service: int
    name: str
    fields: str
