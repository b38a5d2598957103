"""The REST interface as a whole: its description is reviewed, and nothing that is sent to it breaks it."""

import json
import os
from pathlib import Path

import pytest
from django.test import Client

from drifta.site.api.interface import api
from drifta.site.api.middleware import LIMIT, WINDOW

SNAPSHOT = Path(__file__).parent / "data" / "openapi.json"
AGE = 10**9  # seconds; no test sees its end


def described() -> str:
    """Return the description of the interface as text that can be compared line by line."""
    return json.dumps(api.get_openapi_schema(), indent=1, sort_keys=True, default=str, ensure_ascii=False) + "\n"


def test_the_description_is_the_reviewed_one() -> None:
    if os.environ.get("DRIFTA_UPDATE_SNAPSHOTS") == "1":
        SNAPSHOT.write_text(described())
    assert described() == SNAPSHOT.read_text(), "run with DRIFTA_UPDATE_SNAPSHOTS=1 and review the difference"


@pytest.fixture
def token(house) -> str:
    """Return a token of the administrator."""
    from drifta.people import actions as people  # noqa: PLC0415

    return people.create_token(house.ann.actor, house.ann, name="tests")[1]


@pytest.fixture
def client(token: str) -> Client:
    """Return a client that acts by the token."""
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_without_a_valid_token_nothing_is_said(house) -> None:
    for headers in ({}, {"Authorization": "Bearer drifta_wrong"}, {"Authorization": "Bearer "}):
        answer = Client(headers=headers).get("/api/v1/tickets")
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
        assert set(answer.json()) >= {"type", "title", "status", "detail"}


def test_the_same_request_twice_is_done_once(client: Client, house) -> None:
    body = json.dumps({"subject": "Skrivaren", "text": "Svarar inte", "organisation_id": house.norrvik.pk})

    def send(key: str, text: str = body) -> tuple[int, bytes]:
        answer = client.post(
            "/api/v1/tickets", text, content_type="application/json", headers={"Idempotency-Key": key}
        )
        return answer.status_code, answer.content

    first = send("one")
    assert first[0] == 201
    assert send("one") == first
    assert send("two")[1] != first[1]
    assert send("one", body.replace("inte", "alls"))[0] == 422
    assert client.get("/api/v1/tickets").json()["items"][0]["subject"] == "Skrivaren"
    assert len(client.get("/api/v1/tickets").json()["items"]) == 2


def test_a_stale_change_is_refused_and_a_fresh_one_done(client: Client, house) -> None:
    made = client.post(
        "/api/v1/tickets",
        json.dumps({"subject": "A", "text": "B", "organisation_id": house.norrvik.pk}),
        content_type="application/json",
    )
    number = made.json()["id"]
    tag = client.get(f"/api/v1/tickets/{number}")["ETag"]

    def change(subject: str, tag: str) -> int:
        return client.patch(
            f"/api/v1/tickets/{number}",
            json.dumps({"subject": subject}),
            content_type="application/json",
            headers={"If-Match": tag},
        ).status_code

    assert change("First", tag) == 200
    assert change("Second", tag) == 412
    assert change("Third", '"not a number"') == 400
    assert client.get(f"/api/v1/tickets/{number}").json()["subject"] == "First"


def test_a_verb_without_required_values_takes_no_body(client: Client, house) -> None:
    made = client.post(
        "/api/v1/tickets",
        json.dumps({"subject": "A", "text": "B", "organisation_id": house.norrvik.pk}),
        content_type="application/json",
    )
    address = f"/api/v1/tickets/{made.json()['id']}"
    tag = client.get(address)["ETag"]
    taken = client.generic("POST", f"{address}/take", headers={"If-Match": tag})
    assert taken.status_code == 204, taken.content
    assert client.get(address).json()["owner"]["id"] == house.ann.pk
    assert client.generic("POST", f"{address}/prioritise").status_code == 422


def test_too_many_requests_are_told_when_to_come_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drifta.site.api.middleware.LIMIT", 3)
    monkeypatch.setattr("drifta.site.api.middleware.WINDOW", AGE)
    answers = [client.get("/api/v1/people") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    assert 0 < int(answers[-1]["Retry-After"]) == int(answers[-1]["RateLimit-Reset"]) <= AGE
    assert (LIMIT, WINDOW) == (600, 60)


@pytest.mark.parametrize(
    "cursor", ["x", "!!!!", "W10", "WyJhIiwiYiJd", "bnVsbA", "e30", "WzFlOTk5XQ", "WyJcdTAwMDAiXQ"]
)
def test_a_cursor_that_is_none_is_an_error(client: Client, cursor: str) -> None:
    answer = client.get("/api/v1/tickets", {"cursor": cursor})
    assert answer.status_code == 400, answer.content
