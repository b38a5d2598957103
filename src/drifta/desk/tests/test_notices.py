"""The bell: what concerns somebody since they looked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from drifta.desk import actions, notices
from drifta.desk.models import NoticesSeen, Ticket
from drifta.desk.tests.factories import browser_of, report, text_of
from drifta.kernel import live


@pytest.fixture
def mine(house) -> Ticket:
    """Return a ticket that Ben owns."""
    ticket = report(house.dag, "Skärmen flimrar")
    actions.assign(house.ben.actor, ticket, owner_id=house.ben.pk)
    return ticket


def told(person) -> list[str]:
    """Return what the bell's list says, newest first."""
    return [f"{one.who} {one.text}" for one in notices.newest(person.actor)]


def test_what_is_given_to_me_concerns_me_and_what_i_do_myself_does_not(house, mine) -> None:
    assert told(house.ben) == []
    other = report(house.dag, "Tangentbordet")
    actions.assign(house.cleo.actor, other, owner_id=house.ben.pk)
    assert told(house.ben) == ["Cleo Lind gave it to you"]
    assert told(house.cleo) == []


def test_what_was_said_before_i_got_the_ticket_was_the_matter_of_others(house, mine) -> None:
    other = report(house.dag, "Tangentbordet")
    actions.reply(house.dag.actor, other, text="Hallå?")
    actions.assign(house.cleo.actor, other, owner_id=house.ben.pk)
    actions.note(house.cleo.actor, other, text="Byt det.")
    assert told(house.ben) == ["Cleo Lind left a note", "Cleo Lind gave it to you"]


def test_answers_and_notes_in_my_tickets_concern_me(house, mine) -> None:
    actions.reply(house.dag.actor, mine, text="Fortfarande.")
    actions.note(house.cleo.actor, mine, text="Kabeln?")
    assert told(house.ben) == ["Cleo Lind left a note", "Dag Berg answered"]
    assert told(house.cleo) == []


def test_a_change_of_state_concerns_owner_and_watchers(house, mine) -> None:
    actions.watch(house.cleo.actor, mine)
    actions.resolve(house.ann.actor, mine, resolution="Ny kabel.")
    assert told(house.ben) == ["Ann Åkesson resolved it"]
    assert told(house.cleo) == ["Ann Åkesson resolved it"]


def test_what_is_handed_to_my_team_concerns_me_but_not_all_that_my_team_has(house, mine) -> None:
    actions.hand_over(house.ben.actor, mine, team_id=house.second_line.pk, note="Behöver er.")
    assert told(house.cleo) == ["Ben Öst handed it over to Drift"]
    actions.reply(house.dag.actor, mine, text="Hur går det?")
    assert told(house.cleo) == ["Ben Öst handed it over to Drift"]


def test_what_machines_write_concerns_nobody(house, mine) -> None:
    actions.reply(house.dag.actor, mine, text="Jag är borta.", automatic="absence")
    assert told(house.ben) == []


def test_looking_marks_as_seen_and_what_comes_later_is_new(house, mine) -> None:
    actions.reply(house.dag.actor, mine, text="Ett")
    client = browser_of(house.ben)
    assert "1 new notice<" in text_of(client.get("/notices/"))
    assert "is-new" in text_of(client.post("/notices/list/"))
    assert "0 new notices" in text_of(client.get("/notices/"))
    again = text_of(client.post("/notices/list/"))
    assert "Skärmen flimrar" in again
    assert "is-new" not in again
    actions.reply(house.dag.actor, mine, text="Två")
    assert notices.count(house.ben.actor) == 1
    assert [one.is_new for one in notices.newest(house.ben.actor)] == [True, False]
    assert NoticesSeen.objects.count() == 1


def test_others_see_nothing_of_it(house, mine) -> None:
    actions.reply(house.dag.actor, mine, text="Ett")
    assert told(house.eva) == []
    assert told(house.cleo) == []
    assert browser_of(house.dag).get("/notices/").status_code == 302


def test_open_pages_of_those_concerned_hear_of_it(house, mine, monkeypatch) -> None:
    heard: list[str] = []
    monkeypatch.setattr(live, "tell_all", lambda named: heard.extend(name for name, _organisation in named))
    actions.watch(house.cleo.actor, mine)
    actions.reply(house.dag.actor, mine, text="Ett")
    assert sorted(heard) == sorted([notices.of_person(house.ben.pk), notices.of_person(house.cleo.pk)])
    heard.clear()
    actions.hand_over(house.ben.actor, mine, team_id=house.second_line.pk, note="Behöver er.")
    assert notices.of_team(house.second_line.pk) in heard
    page = text_of(browser_of(house.cleo).get("/"))
    assert f"{notices.of_person(house.cleo.pk)} {notices.of_team(house.second_line.pk)}" in page


def test_the_bell_asks_the_database_twice_however_much_there_is(house, mine) -> None:
    actions.see_notices(house.ben.actor, until=0)
    for number in range(8):
        other = report(house.dag, f"Nummer {number}")
        actions.assign(house.cleo.actor, other, owner_id=house.ben.pk, team_id=house.first_line.pk)
        actions.reply(house.dag.actor, other, text="Hej")
    actor = house.ben.actor
    with CaptureQueriesContext(connection) as captured:
        assert notices.count(actor) == 16
    assert len(captured) == 2
