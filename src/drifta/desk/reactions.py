"""What the desk does when something happened elsewhere."""

from drifta.desk.actions import move_person
from drifta.kernel.actor import SYSTEM
from drifta.kernel.events import on
from drifta.kernel.models import LoggedEvent
from drifta.people.events import PersonsMerged


@on(PersonsMerged)
def follow_merged_person(fact: PersonsMerged, logged: LoggedEvent) -> None:
    """Give the tickets of an entry that was merged away to the one that stays."""
    move_person(SYSTEM, absorbed_id=fact.absorbed, person_id=fact.person)
