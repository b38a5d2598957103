"""Who may do what with the inventory."""

from typing import Any

from drifta.kernel.actor import Actor
from drifta.kernel.permissions import rule
from drifta.people.roles import AGENTS, READERS


@rule("inventory.view", roles=READERS)
def view(actor: Actor, obj: Any) -> bool:
    """Look sites, assets and services up."""
    return True


@rule(
    "inventory.edit",
    "inventory.create_site",
    "inventory.edit_site",
    "inventory.create_asset",
    "inventory.edit_asset",
    "inventory.create_service",
    "inventory.edit_service",
    roles=AGENTS,
)
def edit(actor: Actor, obj: Any) -> bool:
    """Enter and change sites, assets and services."""
    return True
