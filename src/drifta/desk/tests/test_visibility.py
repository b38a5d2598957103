"""Who sees what: strangers see nothing, requesters nothing internal, on any way in."""

import pytest
from django.test import Client

from drifta.desk import actions, queries
from drifta.desk.models import Attachment, Message, Ticket
from drifta.desk.tests.factories import browser_of, report, stored, text_of
from drifta.kernel import search
from drifta.kernel.actor import NOBODY

SECRET = "hemligheten"


@pytest.fixture
def ticket(house) -> Ticket:
    """Return a ticket of dag's with a public answer and an internal note with a file."""
    found = report(house.dag, "Skrivaren hackar")
    actions.reply(house.ben.actor, found, text="Vi tittar.", attachments=[stored("guide.txt", b"public")])
    actions.note(house.cleo.actor, found, text=f"Det är {SECRET}.", attachments=[stored("intern.txt", b"secret")])
    actions.hold(house.cleo.actor, found, reason=f"{SECRET} levereras")
    return found


def addresses(ticket: Ticket) -> list[str]:
    message = ticket.messages.first()
    attached = Attachment.objects.first()
    return [
        f"/tickets/{ticket.pk}/",
        f"/tickets/{ticket.pk}/items/",
        f"/tickets/{ticket.pk}/part/story/",
        f"/tickets/{ticket.pk}/part/context/",
        f"/tickets/{ticket.pk}/edit/",
        f"/tickets/{ticket.pk}/do/assign/",
        f"/tickets/messages/{message.pk}/text/",
        f"/tickets/attachments/{attached.pk}/guide.txt",
        f"/portal/tickets/{ticket.pk}/",
        f"/portal/tickets/{ticket.pk}/done/",
    ]


def test_a_stranger_from_another_organisation_meets_nothing(house, ticket) -> None:
    client = browser_of(house.eva)
    for address in addresses(ticket):
        if not address.endswith("/items/"):
            assert client.get(address).status_code == 404, address
    assert "Skrivaren" not in text_of(client.get("/tickets/?view=all"))
    assert "Skrivaren" not in text_of(client.get(f"/tickets/{ticket.pk}/items/?view=all"))
    assert "Skrivaren" not in text_of(client.get("/tickets/?view=all&format=csv"))
    for path in ("write/reply/", "run/take/", "do/close/", "unlink/"):
        assert client.post(f"/tickets/{ticket.pk}/{path}", {"text": "x"}).status_code == 404
    with pytest.raises(Ticket.DoesNotExist):
        queries.ticket(house.eva.actor, ticket.pk)
    assert search.find(house.eva.actor, "skrivaren", kinds=["desk.ticket"]) == []


def test_nobody_is_asked_to_sign_in(house, ticket) -> None:
    client = Client()
    for address in [*addresses(ticket), "/tickets/", "/tickets/new/", "/portal/", "/portal/report/?wish=incident"]:
        answer = client.get(address)
        assert answer.status_code == 302, address
        assert "login" in answer["Location"]
    assert not Ticket.objects.visible_to(NOBODY).exists()


def test_a_requester_sees_no_internal_word_anywhere(house, ticket) -> None:
    client = browser_of(house.dag)
    note = ticket.messages.get(direction="internal")
    for address in addresses(ticket):
        answer = client.get(address, follow=True)
        assert SECRET not in text_of(answer), address
        assert "intern.txt" not in text_of(client.get(address, follow=True)), address
    assert client.get(f"/tickets/messages/{note.pk}/text/").status_code == 404
    assert client.get(f"/tickets/attachments/{note.attachments.get().pk}/intern.txt").status_code == 404
    assert search.find(house.dag.actor, SECRET, kinds=["desk.ticket"]) == []
    assert [hit.object_id for hit in search.find(house.dag.actor, "skrivaren", kinds=["desk.ticket"])] == [ticket.pk]
    assert [hit.object_id for hit in search.find(house.ben.actor, SECRET, kinds=["desk.ticket"])] == [ticket.pk]
    told = [entry.message.text for entry in queries.timeline(house.dag.actor, ticket).entries if entry.message]
    assert len(told) == 2
    assert not any(
        SECRET in (entry.detail + entry.line) for entry in queries.timeline(house.dag.actor, ticket).entries
    )
    assert Message.objects.visible_to(house.dag.actor).count() == 2


def test_a_requester_sees_only_their_own(house, ticket) -> None:
    other = report(house.ben, "Bens egen sak")
    client = browser_of(house.dag)
    assert client.get(f"/portal/tickets/{other.pk}/").status_code == 404
    assert client.get("/tickets/").status_code == 302
    actions.watch(house.ben.actor, other, person_id=house.dag.pk)
    assert client.get(f"/portal/tickets/{other.pk}/").status_code == 200


def test_an_agent_sees_the_internal_words(house, ticket) -> None:
    page = text_of(browser_of(house.ben).get(f"/tickets/{ticket.pk}/"))
    assert SECRET in page
    assert "intern.txt" in page
