"""The lists of assets, services and sites."""

from typing import Any

from django.db.models.query import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from drifta.inventory import queries
from drifta.inventory.models import Asset
from drifta.kernel.http import Request
from drifta.people import queries as people
from drifta.ui.graphics import avatar
from drifta.ui.menu import actor_of
from drifta.ui.tables import Column, Empty, MultiFilter, Table
from drifta.ui.templatetags.drifta import icon

#: What each kind of asset looks like.
ICONS = {
    "server": "server",
    "computer": "device-laptop",
    "network": "router",
    "printer": "printer",
    "phone": "device-mobile",
    "room": "device-desktop",
    "other": "package",
}


def _name(asset: Asset) -> SafeString:
    return format_html('{} <span class="mono">{}</span>', icon(ICONS[asset.kind]), asset.name)


def _owner(asset: Asset) -> SafeString | str:
    if asset.owner is None:
        return ""
    return format_html('<span class="person">{}<span>{}</span></span>', avatar(asset.owner.name), asset.owner.name)


def _organisations(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in people.organisations(actor_of(request))]


def _sites(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in queries.sites(actor_of(request))]


class AssetTable(Table):
    """Assets."""

    key = "inventory.assets"
    columns = (
        Column("name", _("Name"), render=_name, sort="name", link=True, grow=True),
        Column("kind", _("Kind"), "get_kind_display", sort="kind"),
        Column("address", _("Network address"), sort="address"),
        Column("model", _("Model"), sort="model"),
        Column("site", _("Site"), "site.name"),
        Column("owner", _("Owner"), "owner.name", _owner),
        Column("serial", _("Serial number"), optional=True),
        Column("organisation", _("Organisation"), "organisation.name", optional=True),
        Column("created_at", _("Added"), sort="created_at", optional=True),
    )
    filters = (
        MultiFilter("kind", _("Kind"), choices=tuple(Asset.Kind.choices)),
        MultiFilter("site", _("Site"), choices=_sites),
        MultiFilter("organisation", _("Organisation"), choices=_organisations),
    )
    default_sort = "name"
    live = "inventory.asset"
    empty = Empty(_("No assets yet."), _("Add servers, printers and laptops, so that tickets know them."), "devices")

    def __init__(self, request: Request) -> None:
        super().__init__(request, queries.assets(request.actor))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Find by name, address, model or serial number."""
        return queries.searched(rows, text)  # type: ignore[arg-type]


class ServiceTable(Table):
    """Services."""

    key = "inventory.services"
    columns = (
        Column("name", _("Name"), sort="name", link=True, grow=True),
        Column("team", _("Team"), "owner_team.name"),
        Column("assets", _("Depends on"), lambda service: len(service.assets.all()), numeric=True),
        Column("organisation", _("Organisation"), "organisation.name"),
    )
    filters = (MultiFilter("organisation", _("Organisation"), choices=_organisations),)
    default_sort = "name"
    live = "inventory.service"
    empty = Empty(_("No services yet."), _("A service is what people know: e-mail, printing on floor 2."), "cloud")

    def __init__(self, request: Request) -> None:
        super().__init__(request, queries.services(request.actor).prefetch_related("assets"))


class SiteTable(Table):
    """Sites."""

    key = "inventory.sites"
    columns = (
        Column("name", _("Name"), sort="name", link=True, grow=True),
        Column("address", _("Address")),
        Column("time_zone", _("Time zone"), optional=True),
        Column("organisation", _("Organisation"), "organisation.name"),
    )
    filters = (MultiFilter("organisation", _("Organisation"), choices=_organisations),)
    default_sort = "name"
    live = "inventory.site"
    empty = Empty(_("No sites yet."), _("A site is a place with people and equipment."), "map-pin")

    def __init__(self, request: Request) -> None:
        super().__init__(request, queries.sites(request.actor).select_related("organisation"))
