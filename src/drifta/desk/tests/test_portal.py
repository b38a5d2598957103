"""The requesters' portal, question by question."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from drifta.desk import actions
from drifta.desk.models import Category, Ticket
from drifta.desk.tests.factories import browser_of, report
from drifta.kernel import guard


@pytest.fixture
def dag_client(house) -> Client:
    """Return dag's browser."""
    return browser_of(house.dag)


def test_three_choices_and_one_question_per_screen(house, dag_client) -> None:
    with guard.writing():
        category = Category.objects.create(organisation=house.norrvik, name="Skrivare", team=house.second_line)
    home = dag_client.get("/portal/").content.decode()
    assert home.count("choice-large") == 3
    assert "Skrivare" in dag_client.get("/portal/report/?wish=incident").content.decode()
    here = f"/portal/report/?wish=incident&category={category.pk}"
    assert 'name="subject"' in dag_client.get(here).content.decode()
    here += "&subject=Papper+fastnar"
    assert "Papper fastnar" in dag_client.get(here).content.decode()
    photo = SimpleUploadedFile("foto.png", b"\x89PNG\r\n\x1a\n0000")
    answer = dag_client.post(here, {"text": "Fack 2", "impact": "2", "attached": photo}, follow=True)
    ticket = Ticket.objects.get()
    assert str(ticket.pk) in answer.content.decode()
    assert (ticket.subject, ticket.impact, ticket.team, ticket.channel) == (
        "Papper fastnar", 2, house.second_line, "portal",
    )  # fmt: skip
    assert ticket.messages.get().attachments.get().filename == "foto.png"


def test_follow_answer_close_and_reopen(house, dag_client) -> None:
    ticket = report(house.dag)
    actions.reply(house.ben.actor, ticket, text="Vilken skrivare?")
    page = dag_client.get(f"/portal/tickets/{ticket.pk}/").content.decode()
    assert "Vilken skrivare?" in page
    dag_client.post(f"/portal/tickets/{ticket.pk}/", {"text": "Den vid fönstret."})
    dag_client.post(f"/portal/tickets/{ticket.pk}/close/")
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    dag_client.post(f"/portal/tickets/{ticket.pk}/reopen/")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.messages.count()) == ("open", 3)
    assert dag_client.post(f"/portal/tickets/{ticket.pk}/", {"text": ""}).status_code == 422
    assert "Den vid" not in dag_client.get("/portal/").content.decode()
    assert f"#{ticket.pk}" in dag_client.get("/portal/").content.decode()


def test_nonsense_leads_back(dag_client) -> None:
    assert dag_client.get("/portal/report/?wish=%00x").status_code == 302
    assert dag_client.get("/portal/report/?wish=incident&category=zzz&subject=").status_code == 200
    assert dag_client.get("/portal/tickets/?before=99999999999999999999").status_code == 200
    assert dag_client.get("/portal/tickets/99999999999999/").status_code == 404
