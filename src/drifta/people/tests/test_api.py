"""People over REST: lists, changes, verbs, tokens and their scopes, and what strangers and hostile callers get."""

import json

import pytest
from django.test import Client

from drifta.kernel import guard
from drifta.people import actions
from drifta.people.models import ApiToken, Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Caller:
    """A program that acts by a token."""

    def __init__(self, person: Person, *scopes: str) -> None:
        token = actions.create_token(person.actor, person, name="tests", scopes=scopes)[1]
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def __call__(self, method: str, path: str, body: object = None, **headers: str):
        """Send a request."""
        text = json.dumps(body) if body is not None else ""
        call = getattr(self.client, method)
        if method == "get":
            return call(f"/api/v1/{path}", headers=headers)
        return call(f"/api/v1/{path}", text, "application/json", headers=headers)


@pytest.fixture
def ben(house) -> Caller:
    """Return a program of Ben's."""
    return Caller(house.ben)


def test_people_come_page_by_page(house, ben) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        page = ben("get", f"people?limit=2&cursor={cursor}").json()
        assert len(page["items"]) <= 2
        seen += [one["name"] for one in page["items"]]
        cursor = page["next"]
    assert sorted(seen) == sorted(Person.objects.filter(organisation=house.norrvik).values_list("name", flat=True))


def test_people_are_narrowed(house, ben) -> None:
    def names(query: str) -> list[str]:
        return [one["name"] for one in ben("get", f"people?{query}").json()["items"]]

    assert names("email=DAG@norrvik.example") == [house.dag.name]
    assert names("role=administrator") == [house.ann.name]
    assert names("q=öst") == [house.ben.name]
    assert names(f"organisation_id={house.sorfjord.pk}") == []


def test_a_person_is_added_changed_and_reached(house, ben) -> None:
    made = ben("post", "people", {"name": "Siv Ål", "emails": ["siv@norrvik.example"], "phones": ["070-1234567"]})
    assert made.status_code == 201
    path = made["Location"].removeprefix("/api/v1/")
    tag = made["ETag"]
    assert ben("patch", path, {"title": "Rektor", "manager_id": house.ann.pk}, **{"If-Match": tag}).status_code == 200
    assert ben("patch", path, {"title": "Lärare"}, **{"If-Match": tag}).status_code == 412
    assert ben("patch", path, {"manager_id": None}).json()["manager_id"] is None
    point = ben("post", f"{path}/contact-points", {"kind": "email", "value": "siv@home.example"})
    assert point.status_code == 201
    assert ben("delete", f"{path}/contact-points/{point.json()['id']}").status_code == 204
    assert [one["value"] for one in ben("get", path).json()["contact_points"]] == [
        "siv@norrvik.example",
        "+46701234567",
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("post", "people", {"name": "X", "emails": ["dag@norrvik.example"]}, 422),
        ("post", "people", {"name": ""}, 422),
        ("post", "people", {"name": "X", "roles": ["administrator"]}, 422),
        ("post", "people", {"name": "X", "organisation_id": 10**19}, 422),
        ("post", "people", ["not", "an", "object"], 422),
        ("get", "people?cursor=%00", None, 400),
        ("get", "people?q=%00", None, 200),
        ("get", "people/99999999999999999999", None, 404),
        ("get", "people?limit=x", None, 422),
        ("post", "teams", {"name": "X"}, 403),
        ("post", "organisations", {"name": "X"}, 403),
        ("post", "tokens", {"name": "X"}, 403),
        ("get", "events", None, 403),
    ],
)
def test_what_is_wrong_is_told(ben, method: str, path: str, body: object, status: int) -> None:
    answer = ben(method, path, body)
    assert answer.status_code == status, answer.content
    if status >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["title"]


def test_a_stranger_from_another_organisation_gets_404(house) -> None:
    with guard.writing():
        house.eva.roles = ["administrator"]
        house.eva.save()
    eva = Caller(Person.objects.get(pk=house.eva.pk))
    for method, path, body in (
        ("get", f"people/{house.dag.pk}", None),
        ("patch", f"people/{house.dag.pk}", {"name": "Gone"}),
        ("post", f"people/{house.dag.pk}/deactivate", {}),
        ("post", f"people/{house.dag.pk}/contact-points", {"kind": "email", "value": "evil@x.example"}),
        ("get", f"teams/{house.first_line.pk}", None),
        ("get", f"organisations/{house.norrvik.pk}", None),
    ):
        assert eva(method, path, body).status_code == 404, path
    assert [one["id"] for one in eva("get", "people").json()["items"]] == [house.eva.pk]


def test_a_requester_sees_only_themselves(house) -> None:
    dag = Caller(house.dag)
    assert [one["id"] for one in dag("get", "people").json()["items"]] == [house.dag.pk]
    assert dag("get", f"people/{house.ben.pk}").status_code == 404
    assert dag("get", "teams").status_code == 403
    assert dag("patch", f"people/{house.dag.pk}", {"title": "Chef"}).status_code == 403


def test_scopes_narrow_what_a_token_may(house) -> None:
    narrow = Caller(house.ann, "people.view")
    assert narrow("get", f"people/{house.dag.pk}").status_code == 200
    assert narrow("post", "people", {"name": "X"}).status_code == 403
    assert narrow("post", f"people/{house.dag.pk}/deactivate", {}).status_code == 403


def test_verbs_come_from_the_catalogue_but_not_those_that_show_secrets(house) -> None:
    ann = Caller(house.ann)
    assert ann("post", f"people/{house.dag.pk}/set_roles", {"roles": ["first_line"]}).status_code == 204
    assert Person.objects.get(pk=house.dag.pk).roles == ["first_line"]
    assert ann("post", f"people/{house.dag.pk}/set_roles", {"roles": ["king"]}).status_code == 422
    for verb in ("invite", "create_token", "set_password"):
        assert ann("post", f"people/{house.dag.pk}/{verb}", {}).status_code in (404, 405)


def test_tokens_are_made_by_people_and_listed_without_their_secret(house) -> None:
    client = Client()
    with guard.writing():
        client.force_login(house.ben, backend=BACKEND)
    made = client.post("/api/v1/tokens", json.dumps({"name": "script"}), "application/json")
    assert made.status_code == 201
    assert ApiToken.objects.get().prefix == made.json()["token"][:12]
    listed = client.get("/api/v1/tokens").json()["items"]
    assert [one["name"] for one in listed] == ["script"]
    assert "token" not in listed[0]
    assert Client().post("/api/v1/tokens", json.dumps({"name": "x"}), "application/json").status_code == 401
