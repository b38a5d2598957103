"""The example: a day at an organisation, as the pages show it."""

import pytest

from drifta.desk.models import Ticket
from drifta.kernel.actor import SYSTEM
from drifta.kernel.models import LoggedEvent
from drifta.monitoring.actions import local_probe
from drifta.monitoring.models import Check
from drifta.people.models import Organisation
from drifta.site.demo import data, organisation

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_the_example_is_marked_and_things_have_happened_in_the_order_of_their_times() -> None:
    local_probe(SYSTEM)
    made = organisation.fill("Fjorden-ligger-stilla-7")
    assert Organisation.objects.get().is_demo
    assert Ticket.objects.count() == made
    moments = list(LoggedEvent.objects.filter(subject__startswith="desk.ticket:").order_by("pk").values_list("at"))
    assert moments == sorted(moments)
    watched = set(Check.objects.values_list("asset__name", "asset__site__name"))
    assert watched == {(data.OWN_MACHINE, "Göteborg")}
