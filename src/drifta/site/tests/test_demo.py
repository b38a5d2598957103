"""The example: a day at an organisation, as the pages show it."""

import pytest

from drifta.channels.models import OutgoingMail
from drifta.channels.tests import factories as mails
from drifta.desk.models import Ticket
from drifta.kernel.actor import SYSTEM
from drifta.kernel.models import LoggedEvent
from drifta.monitoring.actions import local_probe
from drifta.monitoring.models import Check
from drifta.people.models import Organisation
from drifta.site.demo import data, organisation

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def made() -> int:
    """The example, and how many tickets it has."""
    local_probe(SYSTEM)
    return organisation.fill("Fjorden-ligger-stilla-7")


def test_the_example_is_marked_and_things_have_happened_in_the_order_of_their_times(made: int) -> None:
    assert Organisation.objects.get().is_demo
    assert Ticket.objects.count() == made
    moments = list(LoggedEvent.objects.filter(subject__startswith="desk.ticket:").order_by("pk").values_list("at"))
    assert moments == sorted(moments)
    watched = set(Check.objects.values_list("asset__name", "asset__site__name"))
    assert watched == {(data.OWN_MACHINE, "Göteborg")}


def test_mail_to_the_desk_of_the_example_becomes_a_ticket_and_the_answers_stay_here(made: int) -> None:
    mails.take_in(mails.letter(f"gro.hatta@{data.DOMAIN}", "Skriveren", To=data.DESK_ADDRESS), to=data.DESK_ADDRESS)
    ticket = Ticket.objects.get(subject="Skriveren")
    assert (str(ticket.team), str(ticket.requester)) == (data.DESK, "Gro Hætta")
    assert Ticket.objects.count() == made + 1
    assert {mail.state for mail in mails.outbox()} == {OutgoingMail.State.DISCARDED}
