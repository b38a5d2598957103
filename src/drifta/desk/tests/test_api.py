"""Tickets over REST."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from drifta.desk import actions
from drifta.desk.models import Ticket
from drifta.desk.tests.factories import report, stored
from drifta.people import actions as people_actions
from drifta.people.models import Person


class Caller:
    """A program that acts for a person, with a token."""

    def __init__(self, person: Person) -> None:
        self.client = Client()
        _row, token = people_actions.create_token(person.actor, person, name="test")
        self.headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method,
            f"/api/v1{path}",
            data="" if body is None else json.dumps(body),
            content_type="application/json",
            **self.headers,
            **headers,
        )


def test_report_read_and_write(house) -> None:
    call = Caller(house.dag)
    made = call("POST", "/tickets", {"subject": "Ny skärm", "text": "Den gamla flimrar.", "kind": "request"})
    assert made.status_code == 201
    number = made.json()["id"]
    assert made.json()["requester"] == {"id": house.dag.pk, "name": "Dag Berg"}
    assert call("POST", f"/tickets/{number}/messages", {"text": "Bråttom!"}).json()["direction"] == "in"
    found = call("GET", f"/tickets/{number}/messages").json()
    assert [one["text"] for one in found["items"]] == ["Den gamla flimrar.", "Bråttom!"]
    assert call("POST", f"/tickets/{number}/messages", {"text": "x", "internal": True}).status_code == 403


def test_pages_filters_and_search(house) -> None:
    for number in range(5):
        report(house.dag, f"Nummer {number}", impact=1 if number == 3 else 3)
    call = Caller(house.ben)
    first = call("GET", "/tickets?limit=2").json()
    second = call("GET", f"/tickets?limit=2&cursor={first['next']}").json()
    third = call("GET", f"/tickets?limit=2&cursor={second['next']}").json()
    seen = [one["subject"] for page in (first, second, third) for one in page["items"]]
    assert seen == [f"Nummer {number}" for number in (4, 3, 2, 1, 0)]
    assert third["next"] is None
    assert [one["subject"] for one in call("GET", "/tickets?priority=2").json()["items"]] == ["Nummer 3"]
    assert len(call("GET", "/tickets?state=new&state=open&q=nummer").json()["items"]) == 5
    for sort in ("-updated_at", "priority", "id"):
        page = call("GET", f"/tickets?limit=3&sort={sort}").json()
        rest = call("GET", f"/tickets?limit=3&sort={sort}&cursor={page['next']}").json()
        assert len(page["items"]) + len(rest["items"]) == 5


def test_a_change_based_on_an_old_version_is_refused(house) -> None:
    ticket = report(house.dag)
    call = Caller(house.ben)
    tag = call("GET", f"/tickets/{ticket.pk}")["ETag"]
    changed = call("PATCH", f"/tickets/{ticket.pk}", {"subject": "Nytt"}, HTTP_IF_MATCH=tag)
    assert changed.status_code == 200
    assert changed["ETag"] != tag
    stale = call("PATCH", f"/tickets/{ticket.pk}", {"subject": "För sent"}, HTTP_IF_MATCH=tag)
    assert stale.status_code == 412
    assert stale["Content-Type"] == "application/problem+json"
    ticket.refresh_from_db()
    assert ticket.subject == "Nytt"
    assert call("PATCH", f"/tickets/{ticket.pk}", {"category_id": 0}).status_code == 200


def test_verbs_come_from_the_catalogue(house) -> None:
    ticket = report(house.dag)
    call = Caller(house.ben)
    assert call("POST", f"/tickets/{ticket.pk}/take", {}).status_code == 204
    assert call("POST", f"/tickets/{ticket.pk}/resolve", {"resolution": "Klart"}).status_code == 204
    assert call("POST", f"/tickets/{ticket.pk}/resolve", {"resolution": "Klart"}).status_code == 422
    assert call("POST", f"/tickets/{ticket.pk}/explode", {}).status_code in (404, 405)
    results = call("POST", "/tickets/bulk", {"verb": "close", "ticket_ids": [ticket.pk, 10**9]}).json()
    assert [bool(one["error"]) for one in results] == [False, True]


def test_files_go_up_and_come_down(house) -> None:
    call = Caller(house.dag)
    sent = call.client.post(
        "/api/v1/attachments", {"file": SimpleUploadedFile("å ä.txt", b"hej")}, **call.headers
    ).json()
    made = call("POST", "/tickets", {"subject": "Fil", "attachments": [sent["reference"], "forged"]}).json()
    attached = call("GET", f"/tickets/{made['id']}/messages").json()["items"][0]["attachments"]
    assert [one["filename"] for one in attached] == ["å ä.txt"]
    down = call("GET", f"/attachments/{attached[0]['id']}")
    assert b"".join(down.streaming_content) == b"hej"
    assert down["Content-Disposition"].startswith("attachment")


def test_a_stranger_and_a_requester_learn_nothing(house) -> None:
    ticket = report(house.dag)
    actions.note(house.ben.actor, ticket, text="hemligt", attachments=[stored("intern.txt", b"x")])
    actions.hold(house.ben.actor, ticket, reason="hemligt")
    note = ticket.messages.get(direction="internal")
    stranger, requester = Caller(house.eva), Caller(house.dag)
    for path in (f"/tickets/{ticket.pk}", f"/tickets/{ticket.pk}/messages"):
        assert stranger("GET", path).status_code == 404
    assert stranger("GET", "/tickets").json()["items"] == []
    assert stranger("POST", f"/tickets/{ticket.pk}/close", {}).status_code == 404
    for path in (f"/tickets/{ticket.pk}", f"/tickets/{ticket.pk}/messages", "/tickets?q=hemligt", "/tickets"):
        assert "hemligt" not in requester("GET", path).content.decode()
    assert requester("GET", "/tickets?q=hemligt").json()["items"] == []
    assert requester("GET", f"/attachments/{note.attachments.get().pk}").status_code == 404
    assert requester("PATCH", f"/tickets/{ticket.pk}", {"subject": "x"}).status_code == 403
    assert Client().get("/api/v1/tickets").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"subject": 7},
        {"subject": "x", "impact": 9},
        {"subject": "x", "organisation_id": 10**30},
        {"subject": "x", "asset_ids": [-1]},
        {"subject": "x", "asset_ids": [10**9]},
        {"subject": "x", "category_id": 10**9},
        {"subject": "x" * 300},
    ],
)
def test_nonsense_is_a_clear_error(house, body: Any) -> None:
    answer = Caller(house.ben)("POST", "/tickets", body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "query", ["cursor=%00", "cursor=W10", "limit=0", "sort=drop", "team_id=x", "q=%00", "q=" + "x" * 201]
)
def test_odd_queries_never_break(house, query: str) -> None:
    report(house.dag)
    assert Caller(house.ben)("GET", f"/tickets?{query}").status_code in (200, 400, 422)
