"""The views behind the blocks: running actions, the palette, presence, language."""

from dataclasses import replace
from typing import Annotated, Any

import pytest
from django.test import Client
from pydantic import Field, create_model

from drifta.kernel import guard
from drifta.kernel.actions import catalogue
from drifta.kernel.models import Presence
from drifta.kernel.permissions import granted
from drifta.people.models import Team
from drifta.ui import doing
from drifta.ui.doing import has_own_form, is_fillable, run
from drifta.ui.model_forms import fillable
from drifta.ui.subjects import find_all

pytestmark = pytest.mark.usefixtures("team_actions", "house")


def sign_in(client: Client, person: Any) -> None:
    with guard.writing():
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")


@pytest.fixture
def as_ann(client: Client, ann: Any) -> Client:
    sign_in(client, ann)
    assert "gallery.rename" in granted(ann.roles)
    return client


@pytest.fixture
def team(house: Any) -> Team:
    return house.first_line


def test_a_button_runs_its_action_and_comes_back_with_a_message(as_ann: Client, team: Team) -> None:
    sent = {"action": "gallery.close", "subject": team.subject_key, "next": "/people/"}
    response = as_ann.post("/ui/act", sent)
    assert (response.status_code, response["Location"]) == (302, "/people/")
    team.refresh_from_db()
    assert not team.is_active


def test_what_an_action_asks_is_asked_in_a_dialog(as_ann: Client, team: Team) -> None:
    dialog = as_ann.get("/ui/act", {"action": "gallery.rename", "subject": team.subject_key})
    assert "<dialog" in dialog.content.decode()
    assert str(team) in dialog.content.decode()
    given = {"action": "gallery.rename", "subject": team.subject_key, "asked": "1", "name": "x"}
    assert as_ann.post("/ui/act", given).status_code == 422
    assert as_ann.post("/ui/act", {**given, "name": "Kundtjänst"}).status_code == 302
    team.refresh_from_db()
    assert team.name == "Kundtjänst"


def test_an_old_version_is_a_conflict_and_changes_nothing(as_ann: Client, team: Team) -> None:
    given = {"action": "gallery.rename", "subject": team.subject_key, "asked": "1", "name": "Ny", "version": "0"}
    assert as_ann.post("/ui/act", given).status_code == 409
    team.refresh_from_db()
    assert team.name == "Servicedesk"


def test_several_are_done_each_on_its_own(ann: Any, house: Any) -> None:
    teams = find_all(ann.actor, [house.first_line.subject_key, house.second_line.subject_key])
    outcome = run(ann.actor, catalogue["gallery.refuse"], teams, None)
    assert outcome.done == []
    assert [reason for _, reason in outcome.refused] == [
        "Servicedesk has members. Move them first.",
        "Drift has members. Move them first.",
    ]
    assert "Servicedesk has members" in outcome.reasons()


@pytest.mark.parametrize(
    "given",
    [
        {"action": "no.such", "subject": "people.team:1"},
        {"action": "gallery.close", "subject": "people.team:999999"},
        {"action": "gallery.close", "subject": "people.person:1"},
        {"action": "gallery.close", "subject": "nonsense"},
        {"action": "gallery.close", "subject": "people.team:" + "9" * 40},
        {"action": "gallery.close"},
    ],
)
def test_what_does_not_exist_is_not_found(as_ann: Client, given: dict[str, str]) -> None:
    assert as_ann.post("/ui/act", given).status_code == 404


def test_another_organisation_is_told_nothing(client: Client, eva: Any, team: Team) -> None:
    sign_in(client, eva)
    sent = {"action": "gallery.close", "subject": team.subject_key}
    assert client.post("/ui/act", sent).status_code == 404
    assert client.post("/ui/presence", {"subject": team.subject_key}).status_code == 404


def test_who_may_not_is_refused(client: Client, ben: Any, team: Team) -> None:
    sign_in(client, ben)
    assert client.post("/ui/act", {"action": "gallery.close", "subject": team.subject_key}).status_code == 403


def test_going_back_never_leaves_this_host(as_ann: Client, team: Team) -> None:
    sent = {"action": "gallery.close", "subject": team.subject_key, "next": "https://evil.example/"}
    assert as_ann.post("/ui/act", sent)["Location"] == "/"


def test_the_palette_offers_what_one_may_do_to_the_object(as_ann: Client, team: Team) -> None:
    found = as_ann.get("/ui/palette", {"q": "rena", "subject": team.subject_key}).content.decode()
    assert "Rename" in found
    assert "Take out of use" not in found
    assert as_ann.get("/ui/palette", {"q": "zzzz"}).content.decode().count('role="option"') == 1


def test_the_palette_is_for_those_signed_in(client: Client) -> None:
    assert client.get("/ui/palette", {"q": "x"}).status_code in {302, 403}


def test_presence_tells_who_else_is_there(client: Client, as_ann: Client, ben: Any, team: Team) -> None:
    other = Client()
    sign_in(other, ben)
    assert other.post("/ui/presence", {"subject": team.subject_key, "typing": "1"}).status_code == 200
    told = as_ann.post("/ui/presence", {"subject": team.subject_key}).content.decode()
    assert "Ben Öst is typing" in told
    before = Presence.objects.get(person_id=ben.pk)
    assert "Ann" in other.post("/ui/presence", {"subject": team.subject_key, "look": "1"}).content.decode()
    assert (Presence.objects.get(person_id=ben.pk).seen_at, before.typing) == (before.seen_at, True)
    other.post("/ui/presence", {"subject": team.subject_key, "gone": "1"})
    assert not Presence.objects.filter(person_id=ben.pk).exists()


def test_the_language_is_switched_and_kept(as_ann: Client, ann: Any) -> None:
    response = as_ann.post("/ui/language", {"language": "nb", "next": "/people/"})
    assert response.cookies["drifta_language"].value == "nb"
    ann.refresh_from_db()
    assert ann.language == "nb"
    assert "drifta_language" not in as_ann.post("/ui/language", {"language": "xx"}).cookies


def test_an_action_may_have_a_dialog_of_its_own(as_ann: Client, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doing, "_own_forms", {"gallery.close": lambda obj: f"/teams/{obj.pk}/close"})
    found = as_ann.get("/ui/palette", {"q": "take out", "subject": team.subject_key}).content.decode()
    assert f'hx-get="/teams/{team.pk}/close"' in found
    with pytest.raises(ValueError, match="two forms"):
        doing.register_form("gallery.close", str)


def test_what_actions_ask_for_in_the_general_dialog_has_words_of_its_own() -> None:
    asked = [entry for entry in catalogue.values() if entry.offered and not entry.own_page and entry.model is not None]
    untitled = [
        f"{entry.name}: {name}"
        for entry in asked
        if fillable(entry.parameters) and not has_own_form(entry)
        for name, field in entry.parameters.model_fields.items()
        if not field.title
    ]
    assert untitled == []


def test_an_action_without_words_for_what_it_asks_is_not_offered() -> None:
    named = create_model("Named", why=(Annotated[str, Field(title="Reason")], ...))
    unnamed = create_model("Unnamed", why=(str, ...))
    entry = catalogue["people.deactivate"]
    assert is_fillable(replace(entry, parameters=named))
    assert not is_fillable(replace(entry, parameters=unnamed))
