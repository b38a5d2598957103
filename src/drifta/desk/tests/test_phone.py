"""Taking calls: whom a number, name, device or ticket brings up, and what the call becomes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from drifta.desk import actions
from drifta.desk.models import Ticket
from drifta.desk.tests.factories import browser_of, report, text_of
from drifta.inventory import actions as inventory
from drifta.people import actions as people
from drifta.people.models import Person

NUMBER, EXTENSION = "070-123 45 67", "2217"


@pytest.fixture
def asa(house) -> Person:
    """Return somebody with a number, a site and a computer."""
    site = inventory.create_site(house.ben.actor, organisation_id=house.norrvik.pk, name="Plan 2")
    asa = people.create(
        house.ben.actor,
        organisation_id=house.norrvik.pk,
        name="Åsa Öberg",
        emails=["asa@norrvik.example"],
        phones=[NUMBER, EXTENSION],
        site_id=site.pk,
    )
    inventory.create_asset(
        house.ben.actor, organisation_id=house.norrvik.pk, name="LT-0231", kind="computer", owner_id=asa.pk
    )
    return asa


def call(house, **given) -> str:
    """Return the page that a search or choice leads to."""
    return text_of(browser_of(house.ben).get("/phone/", given))


@pytest.mark.parametrize(
    "text",
    [
        "070-123 45 67",
        "+46 70 123 45 67",
        "0046701234567",
        "46701234567",
        " 46701234567",
        "tel:+46701234567",
        "2217",
        "asa@norrvik.example",
        "ASA@norrvik.example",
        "Öberg",
        "LT-0231",
    ],
)
def test_whatever_the_caller_is_known_by_brings_their_card(house, asa, text: str) -> None:
    page = call(house, q=text)
    assert f'name="person" value="{asa.pk}"' in page
    assert "Plan 2" in page
    assert "LT-0231" in page


def test_a_ticket_number_brings_its_requester_and_the_ticket_to_join(house, asa) -> None:
    tickets = [report(asa, "Dockan laddar inte") for _ in range(2)]
    ticket = next(one for one in tickets if str(one.pk) != EXTENSION)  # which would lead to her in two ways
    for text in (f"#{ticket.pk}", str(ticket.pk)):
        page = call(house, q=text)
        assert f'name="person" value="{asa.pk}"' in page
        assert f'name="named" value="{ticket.pk}"' in page
    assert "Dockan" not in text_of(browser_of(house.eva).get(f"/phone/?q=%23{ticket.pk}"))


def test_several_are_offered_and_a_part_of_a_number_will_do(house, asa) -> None:
    people.create(house.ben.actor, organisation_id=house.norrvik.pk, name="Siv Öberg", phones=["070-123 99 99"])
    for text in ("Öberg", "070 123"):
        page = call(house, q=text)
        assert "Åsa Öberg" in page
        assert "Siv Öberg" in page
        assert 'id="call"' not in page
    assert "Siv Öberg" not in text_of(browser_of(house.eva).get("/phone/?q=Öberg"))


def test_a_shared_number_asks_who_it_is(house, asa) -> None:
    people.create(house.ben.actor, organisation_id=house.norrvik.pk, name="Siv Ek", phones=[NUMBER])
    page = call(house, q=NUMBER)
    assert "Siv Ek" in page
    assert "Åsa Öberg" in page


def test_a_new_ticket_of_a_call(house, asa) -> None:
    device = asa.assets.get()
    given = {"person": asa.pk, "mode": "new", "subject": "Skärmen är svart", "text": "Sedan i går."}
    given |= {"impact": 2, "urgency": 1, "assets": [device.pk], "take": "on"}
    answer = browser_of(house.ben).post("/phone/", given)
    ticket = Ticket.objects.get()
    assert answer.url == f"/tickets/{ticket.pk}/"
    assert (ticket.requester, ticket.owner, ticket.channel) == (asa, house.ben, "phone")
    assert (ticket.impact, ticket.urgency, list(ticket.assets.all())) == (2, 1, [device])
    assert ticket.messages.get().text == "Sedan i går."


def test_joining_notes_the_call_and_wakes_the_ticket(house, asa) -> None:
    ticket = report(asa, "Ny skärm")
    actions.hold(house.ben.actor, ticket, reason="leverans")
    given = {"person": asa.pk, "mode": "join", "ticket": ticket.pk, "text": "Hon frågar när den kommer."}
    assert browser_of(house.ben).post("/phone/", given).url == f"/tickets/{ticket.pk}/"
    note = ticket.messages.last()
    ticket.refresh_from_db()
    assert (note.direction, note.channel, note.text) == ("internal", "phone", "Hon frågar när den kommer.")
    assert ticket.state == "open"


def test_who_joins_the_ticket_of_another_is_kept_informed(house, asa) -> None:
    outage = report(house.dag, "E-posten är nere")
    given = {
        "person": asa.pk,
        "named": outage.pk,
        "mode": "join",
        "ticket": outage.pk,
        "text": "Hon märker det också.",
    }
    browser_of(house.ben).post("/phone/", given)
    assert list(outage.watchers.all()) == [asa]


def test_only_offered_tickets_can_be_joined(house, asa) -> None:
    foreign = report(house.eva, "Geheim")
    given = {"person": asa.pk, "named": foreign.pk, "mode": "join", "ticket": foreign.pk, "text": "x"}
    assert browser_of(house.ben).post("/phone/", given).status_code == 422
    assert foreign.messages.count() == 1


def test_solved_on_the_phone_is_resolved_by_the_agent_at_once(house, asa) -> None:
    given = {"person": asa.pk, "mode": "solved", "subject": "Lösenordet", "resolution": "Låste upp kontot."}
    client = browser_of(house.ben)
    answer = client.post("/phone/", given)
    ticket = Ticket.objects.get()
    assert answer.url == f"/phone/?done={ticket.pk}"
    assert (ticket.state, ticket.resolution, ticket.owner) == ("resolved", "Låste upp kontot.", house.ben)
    assert "Lösenordet" in text_of(client.get(answer.url))


def test_somebody_unknown_is_entered_in_the_same_step(house) -> None:
    page = call(house, q="070-999 88 77")
    assert 'value="070-999 88 77"' in page
    given = {"new": "1", "q": "070-999 88 77", "mode": "new", "name": "Moa Ny", "phone": "070-999 88 77"}
    given |= {"organisation": house.norrvik.pk, "subject": "Kommer inte in"}
    assert browser_of(house.ben).post("/phone/", given).status_code == 302
    moa = Person.objects.get(name="Moa Ny")
    assert Ticket.objects.get().requester == moa
    assert f'name="person" value="{moa.pk}"' in call(house, q="+46709998877")


def test_nothing_is_kept_of_a_call_that_cannot_be_written_down(house, asa) -> None:
    given = {"new": "1", "mode": "new", "name": "Moa Ny", "email": "asa@norrvik.example"}
    given |= {"organisation": house.norrvik.pk}
    client = browser_of(house.ben)
    assert client.post("/phone/", given).status_code == 422  # what is it about?
    answer = client.post("/phone/", given | {"subject": "Hej"})
    assert answer.status_code == 422  # the mail address is that of somebody else
    assert not Person.objects.filter(name="Moa Ny").exists()
    assert not Ticket.objects.exists()


def test_the_answer_to_typing_is_the_part_alone(house, asa) -> None:
    answer = browser_of(house.ben).get("/phone/?q=2217", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="phone-found")
    page = text_of(answer)
    assert page.startswith('<div id="phone-found"')
    assert "autofocus" not in page


def test_finding_a_caller_asks_the_database_the_same_few_times(house, asa) -> None:
    client = browser_of(house.ben)
    client.get("/phone/?q=2217")
    with CaptureQueriesContext(connection) as first:
        client.get("/phone/?q=2217")
    for number in range(10):
        report(asa, f"Nummer {number}")
        inventory.create_asset(
            house.ben.actor, organisation_id=house.norrvik.pk, name=f"D-{number}", kind="other", owner_id=asa.pk
        )
    with CaptureQueriesContext(connection) as second:
        client.get("/phone/?q=2217")
    assert len(second) == len(first) <= 20, "\n".join(query["sql"][:160] for query in second)


def test_the_page_is_for_those_who_work_on_tickets(house) -> None:
    assert browser_of(house.dag).get("/phone/").url == "/portal/"
    assert "/phone/" in text_of(browser_of(house.ben).get("/"))
    for odd in ("\0", "x" * 5000, "+", "#", "#99999999999999999999", "00000000", "%", "'"):
        assert browser_of(house.ben).get("/phone/", {"q": odd}).status_code == 200
    assert browser_of(house.ben).get("/phone/?person=99999999999&ticket=x&asset=-1").status_code == 200
