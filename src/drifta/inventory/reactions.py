"""What the inventory does when something happened elsewhere."""

from drifta.inventory.actions import edit_asset
from drifta.inventory.models import Asset
from drifta.kernel.actor import SYSTEM
from drifta.kernel.events import on
from drifta.kernel.models import LoggedEvent
from drifta.people.events import PersonsMerged


@on(PersonsMerged)
def move_devices(event: PersonsMerged, log: LoggedEvent) -> None:
    """Give the devices of a merged entry to the person that stays."""
    for asset in Asset.objects.filter(owner_id=event.absorbed):
        edit_asset(SYSTEM, asset, owner_id=event.person)
