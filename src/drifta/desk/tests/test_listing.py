"""Lists of tickets for people in every position."""

import pytest

from conftest import House
from drifta.desk import listing
from drifta.kernel.actor import Actor
from drifta.people import queries as people


@pytest.mark.parametrize("name", ["ann", "ben", "dag", "eva"])
def test_the_badges_count_for_somebody_without_a_team_too(house: House, name: str) -> None:
    actor: Actor = people.actor_of(getattr(house, name).pk)
    counted = listing.counts(actor)
    assert set(counted) <= set(listing.VIEWS)
    assert not any(counted.values())
