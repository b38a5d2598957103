"""The REST resources: checks, alerts, metrics, probes."""

import json
from typing import Any

import pytest
from django.test import Client

from conftest import House
from drifta.monitoring.models import Alert, Check, Probe
from drifta.monitoring.tests import factories
from drifta.monitoring.tests.factories import Sent
from drifta.monitoring.tests.test_receiving import REFUSED, deliver
from drifta.people.actions import create_token
from drifta.people.models import Person

pytestmark = pytest.mark.django_db


class Api:
    """A program that acts for a person."""

    def __init__(self, person: Person) -> None:
        self.headers = {"Authorization": f"Bearer {create_token(person.actor, person, name='test')[1]}"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return Client().generic(
            method,
            f"/api/v1/{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={**self.headers, **headers},
        )


@pytest.fixture
def watched(house: House) -> Check:
    """A bad check of Norrvik with a few measurements."""
    probe, _ = factories.probe()
    check = factories.check(probe, organisation_id=house.norrvik.pk)
    sent = Sent(1).run(check.pk, ago=20).run(check.pk, ago=10).run(check.pk, 2, ago=5, text=REFUSED)
    deliver(probe, sent.metric("time", [0.01, 0.02, 0.03]))
    return check


def test_a_check_is_made_read_changed_and_deleted(house: House) -> None:
    factories.probe()
    cleo = Api(house.cleo)
    values = {"organisation_id": house.norrvik.pk, "name": "portal", "kind": "http"}
    settings = {"url": "https://portal.example/", "username": "u", "password": "very-secret"}
    made = cleo.call("POST", "checks", {**values, "settings": settings})
    assert made.status_code == 201
    assert "very-secret" not in made.content.decode()
    assert "very-secret" not in json.dumps(Check.objects.get().settings)
    path, etag = made["Location"].removeprefix("/api/v1/"), made["ETag"]
    changed = cleo.call("PATCH", path, {"interval": 30}, **{"If-Match": etag})
    assert changed.json()["interval"] == 30
    assert cleo.call("PATCH", path, {"interval": 40}, **{"If-Match": etag}).status_code == 412
    assert cleo.call("POST", f"{path}/test", {}).status_code == 204
    assert Check.objects.get().run_token
    assert cleo.call("POST", f"{path}/disable", {}).status_code == 204
    assert cleo.call("GET", path).json()["enabled"] is False
    assert cleo.call("DELETE", path).status_code == 204
    assert cleo.call("GET", path).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "nothing"},
        {"settings": {"host": "x"}},
        {"settings": {"host": "x", "port": 443, "more": 1}},
        {"interval": 0},
        {"timeout": 100},
        {"name": ""},
        {"organisation_id": 999_999},
        {"probe_id": 999_999},
    ],
)
def test_what_makes_no_sense_is_refused(house: House, wrong: dict[str, Any]) -> None:
    factories.probe()
    values = {
        "organisation_id": house.norrvik.pk,
        "name": "x",
        "kind": "tcp",
        "settings": {"host": "x.example", "port": 443},
    }
    answer = Api(house.cleo).call("POST", "checks", {**values, **wrong})
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("application/problem+json")
    assert not Check.objects.exists()


def test_lists_and_metrics(house: House, watched: Check) -> None:
    ben = Api(house.ben)
    assert [row["id"] for row in ben.call("GET", "checks?state=bad").json()["items"]] == [watched.pk]
    assert ben.call("GET", "checks?state=good").json()["items"] == []
    assert ben.call("GET", "checks?state=odd").status_code == 422
    (alert,) = ben.call("GET", "alerts?open=true").json()["items"]
    assert "refused" in alert["text"]
    assert ben.call("POST", f"alerts/{alert['id']}/acknowledge", {}).status_code == 204
    assert Alert.objects.get().acknowledged_by_id == house.ben.pk
    assert ben.call("GET", f"checks/{watched.pk}/metrics").json() == ["time"]
    found = ben.call("GET", f"metrics?check={watched.pk}&metric=time").json()
    assert [value for value in found["series"][0]["values"] if value is not None] == [0.01, 0.02, 0.03]
    assert ben.call("GET", f"metrics?check={watched.pk}&metric=time&start=soon").status_code in (200, 422)
    assert {kind["kind"] for kind in ben.call("GET", "check-kinds").json()} >= {
        "icmp",
        "tcp",
        "http",
        "tls",
        "dns",
        "host",
    }


def test_strangers_and_requesters_get_nothing(house: House, watched: Check) -> None:
    eva, dag = Api(house.eva), Api(house.dag)
    alert = Alert.objects.get()
    for path in (f"checks/{watched.pk}", f"alerts/{alert.pk}", f"checks/{watched.pk}/metrics"):
        assert eva.call("GET", path).status_code == 404
        assert dag.call("GET", path).status_code == 403
    assert eva.call("GET", f"metrics?check={watched.pk}&metric=time").status_code == 404
    assert eva.call("POST", f"alerts/{alert.pk}/acknowledge", {}).status_code == 404
    assert eva.call("GET", "checks").json()["items"] == []


def test_a_probe_is_registered_by_the_administrator_only(house: House) -> None:
    assert Api(house.cleo).call("POST", "probes", {"name": "Bergen"}).status_code == 403
    made = Api(house.ann).call("POST", "probes", {"name": "Bergen"})
    assert made.status_code == 201
    key = made.json()["key"]
    shown = Api(house.ann).call("GET", f"probes/{made.json()['probe_id']}")
    assert key not in shown.content.decode()
    fresh = Api(house.ann).call("POST", f"probes/{made.json()['probe_id']}/key").json()["key"]
    assert fresh != key
    assert Probe.objects.get().organisation_id == house.norrvik.pk
