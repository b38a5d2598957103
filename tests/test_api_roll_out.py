"""What somebody needs who rolls Drifta out by programs: settings and desk addresses over REST."""

import json
from typing import Any

import pytest
from django.test import Client

from conftest import House
from drifta.channels.settings import MailSettings
from drifta.kernel import settings
from drifta.kernel.actor import SYSTEM
from drifta.people import actions as people
from drifta.people.models import Person

pytestmark = pytest.mark.django_db


def client_of(person: Person) -> Client:
    """A program that acts for a person."""
    token = people.create_token(person.actor, person, name="roll-out")[1]
    return Client(headers={"Authorization": f"Bearer {token}"})


def send(client: Client, method: str, path: str, values: Any) -> Any:
    return client.generic(method, f"/api/v1{path}", json.dumps(values), content_type="application/json")


def test_settings_are_changed_by_section_and_secrets_stay_secret(house: House) -> None:
    client = client_of(house.ann)
    values = {"smtp_host": "mail.norrvik.example", "smtp_port": 25, "smtp_security": "none", "smtp_secret": "hemligt"}
    answer = send(client, "PATCH", "/settings/channels.mail", values)
    assert answer.status_code == 200
    found = settings.get(MailSettings)
    assert (found.smtp_host, found.smtp_port, found.smtp_secret.get_secret_value()) == (
        "mail.norrvik.example",
        25,
        "hemligt",
    )
    shown = client.get("/api/v1/settings/channels.mail").json()
    assert shown["values"]["smtp_host"] == "mail.norrvik.example"
    assert shown["values_schema"]["properties"]["smtp_port"]["maximum"] == 65535
    assert "channels.mail" in [one["section"] for one in client.get("/api/v1/settings").json()]
    assert "hemligt" not in client.get("/api/v1/settings").content.decode()
    send(client, "PATCH", "/settings/channels.mail", {"smtp_port": 465, "smtp_secret": shown["values"]["smtp_secret"]})
    assert settings.get(MailSettings).smtp_secret.get_secret_value() == "hemligt", "the dots are no new password"


def test_settings_that_do_not_fit_are_refused(house: House) -> None:
    client = client_of(house.ann)
    assert send(client, "PATCH", "/settings/channels.mail", {"smtp_port": 0}).status_code == 422
    assert send(client, "PATCH", "/settings/channels.mail", {"smtp_prot": 25}).status_code == 422
    assert send(client, "PATCH", "/settings/no.such", {}).status_code == 404
    assert settings.get(MailSettings).smtp_port == 587


def test_only_administrators_see_settings_and_addresses(house: House) -> None:
    client = client_of(house.ben)
    assert client.get("/api/v1/settings").status_code == 403
    assert send(client, "PATCH", "/settings/channels.mail", {"smtp_port": 25}).status_code == 403
    assert client.get("/api/v1/desk-addresses").status_code == 403
    assert send(client, "POST", "/desk-addresses", {"address": "help@norrvik.example"}).status_code == 403


def test_a_desk_address_is_added_changed_and_removed(house: House) -> None:
    client = client_of(house.ann)
    given = {"address": "Help@norrvik.example", "team_id": house.first_line.pk, "language": "sv"}
    made = send(client, "POST", "/desk-addresses", given)
    assert made.status_code == 201
    assert made.json()["address"] == "help@norrvik.example"
    assert made.json()["is_default"] is True
    path = f"/desk-addresses/{made.json()['id']}"
    changed = send(client, "PATCH", path, {"name": "Servicedesk", "team_id": None}).json()
    assert (changed["name"], changed["team_id"], changed["language"]) == ("Servicedesk", None, "sv")
    assert [row["name"] for row in client.get("/api/v1/desk-addresses").json()["items"]] == ["Servicedesk"]
    again = send(client, "POST", "/desk-addresses", given)
    assert again.status_code == 422
    assert client.delete(f"/api/v1{path}").status_code == 204
    assert client.get(f"/api/v1{path}").status_code == 404


def test_a_desk_address_knows_only_teams_of_its_organisation(house: House) -> None:
    strange = people.create_team(SYSTEM, organisation_id=house.sorfjord.pk, name="Drift")
    given = {"address": "help@norrvik.example", "team_id": strange.pk}
    answer = send(client_of(house.ann), "POST", "/desk-addresses", given)
    assert answer.status_code == 422
    assert "team" in answer.json()["detail"]
