"""Pages of people: who sees what, what they say when something is wrong, and how many queries they take."""

import pytest
from django.test import Client

from drifta.kernel import guard
from drifta.people import actions
from drifta.people.models import ApiToken, Person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_of(person: Person) -> Client:
    """Return a client that is signed in."""
    client = Client()
    with guard.writing():  # Django notes the time of the sign-in
        client.force_login(person, backend=BACKEND)
    return client


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(house, client: Client) -> None:
    answer = client.get(f"/people/{house.dag.pk}/")
    assert answer["Location"] == f"/account/login/?next=%2Fpeople%2F{house.dag.pk}%2F"
    fragment = client.get("/people/", headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == "/account/login/"


def test_a_stranger_from_another_organisation_finds_nothing(house) -> None:
    eva = client_of(house.eva)
    for path in ("", "edit/", "roles/", "merge/"):
        assert eva.get(f"/people/{house.dag.pk}/{path}").status_code == 404
    assert "Dag Berg" not in eva.get("/people/").content.decode()


def test_a_requester_sees_only_the_own_profile(house) -> None:
    dag = client_of(house.dag)
    assert dag.get(f"/people/{house.dag.pk}/")["Location"] == "/profile/"
    assert dag.get(f"/people/{house.ben.pk}/").status_code == 404
    assert dag.get("/people/").status_code == 403
    assert dag.get("/people/choices/?q=b").status_code == 403


def test_first_line_edits_requesters_but_not_administrators(house) -> None:
    ben = client_of(house.ben)
    assert ben.get(f"/people/{house.dag.pk}/edit/").status_code == 200
    assert ben.get(f"/people/{house.ann.pk}/edit/").status_code == 403
    assert ben.get(f"/people/{house.dag.pk}/roles/").status_code == 403
    assert "Access" not in ben.get(f"/people/{house.dag.pk}/").content.decode()


def test_two_who_edit_the_same_person_lose_nothing(house) -> None:
    values = {"version": house.dag.version, "name": "Dag Ek", "language": "sv", "title": "Vaktmästare"}
    assert client_of(house.ben).post(f"/people/{house.dag.pk}/edit/", values).status_code == 302
    answer = client_of(house.cleo).post(f"/people/{house.dag.pk}/edit/", {**values, "title": "Chef"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Chef" in page
    assert "Vaktmästare" in page
    again = {**values, "title": "Chef", "version": answer.context["form"]["version"].value()}
    assert client_of(house.cleo).post(f"/people/{house.dag.pk}/edit/", again).status_code == 302
    assert Person.objects.get(pk=house.dag.pk).title == "Chef"


def test_hostile_text_is_only_text(house) -> None:
    hostile = "<script>alert(1)</script>{{ 7|add:7 }}'; DROP TABLE people_person;--"
    ben = client_of(house.ben)
    made = ben.post(
        "/people/new/",
        {"organisation": house.norrvik.pk, "name": hostile, "language": "sv", "title": hostile, "note": hostile},
    )
    page = ben.get(made["Location"]).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page
    assert hostile.split("{", maxsplit=1)[0] not in ben.get("/people/").content.decode()
    assert ben.get("/people/", {"q": "%'\\", "sort": "password", "cursor": "x", "role": "'"}).status_code == 200


def test_a_token_is_shown_once(house) -> None:
    ben = client_of(house.ben)
    page = ben.post("/profile/tokens/new/", {"name": "script", "days": "90"}).content.decode()
    token = ApiToken.objects.get()
    assert page.count(token.prefix) >= 1
    assert "drifta_" in page
    later = ben.get("/profile/").content.decode()
    assert f"{token.prefix}…" in later
    revoked = ben.post(f"/people/tokens/{token.pk}/revoke/", {"next": "https://evil.example/"})
    assert revoked["Location"] == f"/people/{house.ben.pk}/"
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_nobody_revokes_the_tokens_of_others(house) -> None:
    token, _secret = actions.create_token(house.ann.actor, house.ann, name="x")
    assert client_of(house.ben).post(f"/people/tokens/{token.pk}/revoke/").status_code == 403
    assert client_of(house.eva).post(f"/people/tokens/{token.pk}/revoke/").status_code == 404


@pytest.mark.parametrize("count", [2, 30])
def test_the_list_takes_the_same_queries_however_long(house, django_assert_max_num_queries, count: int) -> None:
    for number in range(count):
        actions.create(
            house.ben.actor, organisation_id=house.norrvik.pk, name=f"P{number}", emails=[f"p{number}@norrvik.example"]
        )
    ben = client_of(house.ben)
    ben.get("/people/")
    with django_assert_max_num_queries(20):
        assert ben.get("/people/").status_code == 200


def test_the_export_has_what_the_filters_leave(house) -> None:
    actions.create(house.ben.actor, organisation_id=house.norrvik.pk, name="=HYPERLINK(1)", title="Rektor")
    answer = client_of(house.ben).get("/people/?q=rektor&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(text.strip().splitlines()) == 2
    assert "\n=HYPERLINK" not in text


def test_teams_are_made_and_changed_by_administrators(house) -> None:
    ann = client_of(house.ann)
    made = {"organisation": house.norrvik.pk, "name": "Nätverk", "line": "2", "members": [house.cleo.pk]}
    assert ann.post("/teams/new/", made).status_code == 302
    team = house.cleo.teams.get(name="Nätverk")
    same = ann.post("/teams/new/", made)
    assert same.status_code == 422
    assert "already a team" in same.content.decode()
    edited = {"version": team.version, "name": "Nät", "line": "2", "members": [], "is_active": "on"}
    assert ann.post(f"/teams/{team.pk}/", edited).status_code == 302
    assert list(team.members.all()) == []
    assert client_of(house.ben).post("/teams/new/", made).status_code == 403
    assert client_of(house.ben).get(f"/teams/{team.pk}/").status_code == 200
    assert client_of(house.eva).get(f"/teams/{team.pk}/").status_code == 404


def test_the_language_of_the_menu_is_kept_with_the_person(house) -> None:
    ben = client_of(house.ben)
    ben.post("/ui/language", {"language": "nb", "next": "/profile/"})
    assert Person.objects.get(pk=house.ben.pk).language == "nb"
