"""What the inventory contributes to the shell and to pages of other modules: menus, a person's devices."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from drifta.inventory import queries
from drifta.ui import menu, panels
from drifta.ui.menu import MenuEntry, actor_of

menu.register(MenuEntry(_("Assets"), "devices", "inventory:assets", order=40, permission="inventory.view", key="g a"))
menu.register(
    MenuEntry(_("Asset"), "device-desktop", "inventory:new-asset", order=60, permission="inventory.create_asset",
              place="new")
)  # fmt: skip


def devices_of_person(request: HttpRequest, person: Any) -> Mapping[str, Any]:
    """Show what a person uses or answers for."""
    return {"assets": queries.assets_of_person(actor_of(request), person.pk), "compact": False}


def devices_of_requester(request: HttpRequest, ticket: Any) -> Mapping[str, Any] | None:
    """Show beside a ticket what its requester uses; nothing when there is none."""
    if ticket.requester_id is None:
        return None
    found = queries.assets_of_person(actor_of(request), ticket.requester_id)[:12]
    return {"assets": found, "compact": True} if found else None


TEMPLATE = "inventory/panels/devices.html"

panels.slot("person.main").register(
    panels.Panel("devices", _("Devices"), TEMPLATE, devices_of_person, permission="inventory.view", order=20)
)
panels.slot("ticket.context").register(
    panels.Panel("devices", _("Devices"), TEMPLATE, devices_of_requester, permission="inventory.view", order=20)
)
