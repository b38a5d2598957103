"""Pages of monitoring: what they show, to whom, with how many queries; and the probe protocol over HTTP."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from conftest import House
from drifta.kernel import clock, guard
from drifta.monitoring import actions
from drifta.monitoring.models import Alert, Check, Probe
from drifta.monitoring.tests import factories
from drifta.monitoring.tests.factories import Sent
from drifta.monitoring.tests.test_receiving import REFUSED, deliver
from drifta.people.actions import create_token
from drifta.people.models import Person

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def as_(person: Person) -> Client:
    client = Client()
    with guard.writing():
        client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def watched(house: House) -> Check:
    """A check of Norrvik that has just become bad."""
    probe, _ = factories.probe()
    check = factories.check(probe, "web-1 <b>page</b>", organisation_id=house.norrvik.pk)
    sent = Sent(1)
    for minute in range(60, 0, -1):
        sent.run(check.pk, ago=minute * 60)
    sent.run(check.pk, 2, text=REFUSED)
    deliver(probe, sent.metric("time", [0.01] * 61))
    return check


PAGES = ["", "problems/", "checks/", "alerts/", "probes/", "checks/new/", "checks/new/tcp/", "probes/new/"]


@pytest.mark.parametrize("page", PAGES)
def test_pages_open_for_the_administrator_and_for_nobody_else_unless_they_may(
    house: House, watched: Check, page: str
) -> None:
    assert as_(house.ann).get(f"/monitor/{page}").status_code == 200
    assert as_(house.dag).get(f"/monitor/{page}").status_code == 403
    assert Client().get(f"/monitor/{page}").status_code in (302, 401, 403)


def test_a_check_and_its_alert_are_shown_and_text_is_escaped(house: House, watched: Check) -> None:
    page = as_(house.ben).get(f"/monitor/checks/{watched.pk}/").content.decode()
    assert "web-1 &lt;b&gt;page" in page
    assert "192.0.2.7:443 refused the connection" in page
    assert "/series/?metric=time&amp;range=1h" in page
    alert = Alert.objects.get()
    assert "refused" in as_(house.ben).get(f"/monitor/alerts/{alert.pk}/").content.decode()
    assert "web-1" in as_(house.ben).get("/monitor/").content.decode()


def test_a_check_tells_its_settings_in_the_order_of_the_form(house: House, watched: Check) -> None:
    limits = {"disk_bad": 97, "cpu_bad": 100, "cpu_warning": 95, "disk_warning": 80}
    with guard.writing():
        Check.objects.update(kind="host", settings=limits)
    page = as_(house.ben).get(f"/monitor/checks/{watched.pk}/").content.decode()
    titles = ("Processor for a warning, %", "Processor for bad, %", "Disk for a warning, %", "Disk for bad, %")
    places = [page.index(title) for title in titles]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("hours", "asked", "shown"),
    [(0.5, "", "1h"), (5, "", "6h"), (20, "", "24h"), (2000, "", "24h"), (0.5, "30d", "30d"), (5, "x<y", "6h")],
)
def test_a_check_shows_what_is_known_of_it_from_the_start(
    house: House, watched: Check, hours: float, asked: str, shown: str
) -> None:
    with guard.writing():
        Check.objects.update(created_at=clock.now() - timedelta(hours=hours))
    page = as_(house.ben).get(f"/monitor/checks/{watched.pk}/", {"range": asked}).content.decode()
    assert f"/series/?metric=time&amp;range={shown}" in page
    assert f'href="?range={shown}" aria-current="true"' in page


def test_a_stranger_from_another_organisation_finds_nothing(house: House, watched: Check) -> None:
    eva = as_(house.eva)
    alert = Alert.objects.get()
    addresses = [f"checks/{watched.pk}/", f"checks/{watched.pk}/series/", f"alerts/{alert.pk}/"]
    for address in addresses:
        assert eva.get(f"/monitor/{address}").status_code == 404
    for address in ("", "problems/", "checks/", "alerts/"):
        assert "web-1" not in eva.get(f"/monitor/{address}").content.decode()
    assert eva.post(f"/monitor/checks/{watched.pk}/delete/").status_code in (403, 404)
    assert Check.objects.count() == 1


def test_the_curve_has_values_a_band_and_a_tick(house: House, watched: Check) -> None:
    client = as_(house.ben)
    found = client.get(f"/monitor/checks/{watched.pk}/series/?metric=time&range=6h&width=600").json()
    assert found["unit"] == "s"
    assert set(found["series"][0]["values"]) <= {0.01, None}
    assert len(found["times"]) == len(found["series"][0]["values"]) >= 60
    assert found["bands"][-1]["state"] == "bad"
    assert found["ticks"][0]["state"] == "bad"
    for wrong in ("metric=nothing", "metric=time&from=9&to=1", "metric=%00", "width=-5&range=x"):
        assert client.get(f"/monitor/checks/{watched.pk}/series/?{wrong}").status_code == 200


@pytest.mark.parametrize("metric", ["", "nonsense", "time"])
def test_the_curve_of_what_was_never_measured_is_empty(house: House, metric: str) -> None:
    probe, _ = factories.probe()
    new = factories.check(probe, "new", organisation_id=house.norrvik.pk)
    answer = as_(house.cleo).get(f"/monitor/checks/{new.pk}/series/", {"metric": metric})
    assert answer.status_code == 200
    assert answer.json()["times"] == []


def test_adding_and_editing_a_check(house: House) -> None:
    probe, _ = factories.probe()
    client = as_(house.cleo)
    values = {
        "name": "portal",
        "organisation_id": house.norrvik.pk,
        "probe_id": probe.pk,
        "interval": 30,
        "timeout": 5,
        "retries": 1,
        "retry_interval": 5,
        "own-host": "portal.example",
        "own-port": 443,
    }
    wrong = client.post("/monitor/checks/new/tcp/", {**values, "timeout": 40, "own-port": 700_000})
    assert wrong.status_code == 422
    assert "portal.example" in wrong.content.decode()
    assert not Check.objects.exists()
    client.post("/monitor/checks/new/tcp/", values)
    check = Check.objects.get()
    assert (check.address, check.port, check.layer, check.settings["port"]) == ("portal.example", 443, 2, 443)
    revision = Probe.objects.get(pk=probe.pk).revision
    client.post(f"/monitor/checks/{check.pk}/edit/", {**values, "own-port": 8443, "version": check.version})
    check.refresh_from_db()
    assert check.port == 8443
    assert Probe.objects.get(pk=probe.pk).revision > revision
    stale = client.post(f"/monitor/checks/{check.pk}/edit/", {**values, "name": "x", "version": 1})
    assert stale.status_code == 422
    assert "changed by somebody else" in stale.content.decode()


def test_first_line_may_not_configure(house: House, watched: Check) -> None:
    client = as_(house.ben)
    assert client.get("/monitor/checks/new/tcp/").status_code == 403
    assert client.get(f"/monitor/checks/{watched.pk}/edit/").status_code == 403
    assert client.post(f"/monitor/checks/{watched.pk}/delete/").status_code == 403


def test_a_probes_key_is_shown_once(house: House) -> None:
    client = as_(house.ann)
    page = client.post(
        "/monitor/probes/new/", {"name": "Bergen", "organisation_id": house.norrvik.pk}
    ).content.decode()
    probe = Probe.objects.get(name="Bergen")
    key = page.split("drifta-probe-")[1].split("<")[0].split('"')[0]
    assert key
    assert key not in client.get(f"/monitor/probes/{probe.pk}/").content.decode()
    old = probe.key_hash
    client.post(f"/monitor/probes/{probe.pk}/key/")
    assert Probe.objects.get(pk=probe.pk).key_hash != old


def test_lists_take_a_fixed_number_of_queries(
    house: House, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    probe, _ = factories.probe()
    sent = Sent(1)
    for number in range(30):
        check = factories.check(probe, f"check {number}", organisation_id=house.norrvik.pk)
        sent.run(check.pk, 2 if number % 3 else 0, text=REFUSED)
    deliver(probe, sent.metric("time", [0.2] * 30))
    client = as_(house.ann)
    client.get("/monitor/checks/")
    for page in ("checks/", "alerts/", "", "problems/", f"checks/{check.pk}/"):
        with django_assert_max_num_queries(22):
            assert client.get(f"/monitor/{page}").status_code == 200


def test_a_failing_check_shows_no_value_of_better_times(house: House) -> None:
    probe, _ = factories.probe()
    check = factories.check(probe, "web", organisation_id=house.norrvik.pk)
    deliver(probe, Sent(1).run(check.pk, ago=20).metric("time", [0.234]))
    client = as_(house.ann)
    assert "234 ms" in client.get("/monitor/checks/").content.decode()
    deliver(probe, Sent(2).run(check.pk, 2, text=REFUSED))
    assert "234 ms" not in client.get("/monitor/checks/").content.decode()


# The probe protocol


def post(key: str, path: str, body: bytes, **headers: str) -> Any:
    kind = "application/json" if path == "hello" else "application/msgpack"
    return Client().post(
        f"/probe/v1/{path}", body, content_type=kind, headers={"Authorization": f"Bearer {key}", **headers}
    )


ZSTD = {"Content-Encoding": "zstd"}


def test_results_over_http_are_acknowledged() -> None:
    probe, key = factories.probe()
    check = factories.check(probe)
    answer = post(key, "results", Sent(3).run(check.pk, 2).body(), **ZSTD)
    assert answer.status_code == 200
    assert answer.json()["acknowledged"] == 3
    assert Alert.objects.count() == 1
    assert Probe.objects.get(pk=probe.pk).seen_at is not None


@pytest.mark.parametrize("key", ["", "wrong", "drifta-probe-xyz", "ø"])
def test_a_wrong_key_is_told_what_to_do(key: str) -> None:
    answer = post(key, "results", b"x", **ZSTD)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:drifta:probe:key"


def test_what_cannot_be_read_is_refused_and_changes_nothing() -> None:
    probe, key = factories.probe()
    assert post(key, "results", b"garbage", **ZSTD).status_code == 400
    assert post(key, "results", b"garbage").status_code == 415
    assert post(key, "results", bytes((1 << 20) + 1), **ZSTD).status_code == 413
    assert post(key, "hello", b"{}").status_code == 400
    assert post(key, "hello", b"\xff").status_code == 400
    assert Probe.objects.get(pk=probe.pk).seen_at is None


def test_hello_tells_what_has_been_stored() -> None:
    probe, key = factories.probe()
    check = factories.check(probe)
    deliver(probe, Sent(5).run(check.pk))
    hello = {"formats": [1], "version": "0.1", "name": "oslo", "host": "h", "kinds": ["tcp"], "sequence": 9}
    answer = post(key, "hello", json.dumps({**hello, "journal": factories.JOURNAL, "time": 0}).encode()).json()
    assert answer["acknowledged"] == 5
    assert answer["refresh"] is False
    probe.refresh_from_db()
    assert (probe.host, probe.kinds) == ("h", ["tcp"])


# Alertmanager's interface


def report(house: House, *alerts: dict[str, Any], token: str) -> Any:
    return Client().post(
        "/api/v2/alerts",
        json.dumps(alerts),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.fixture
def token(house: House) -> str:
    """An API token of Ann's."""
    return create_token(house.ann.actor, house.ann, name="prometheus")[1]


def test_alerts_of_prometheus_begin_once_and_end(house: House, token: str) -> None:
    labels = {"alertname": "DiskFull", "instance": "db-1:9100", "severity": "critical"}
    began = "2026-01-01T00:00:00.000Z"
    for _ in range(3):
        answer = report(house, {"labels": labels, "startsAt": began, "annotations": {"summary": "97 %"}}, token=token)
        assert answer.status_code == 200
    alert = Alert.objects.get()
    assert alert.title == "DiskFull · db-1:9100"
    assert alert.expires_at is not None
    assert alert.expires_at > clock.now()
    report(house, {"labels": dict(reversed(labels.items())), "endsAt": clock.now().isoformat()}, token=token)
    alert.refresh_from_db()
    assert alert.ended_at is not None
    for wrong in ({}, {"labels": {}}, {"labels": {"a": 1}}, {"labels": {"a": "b"}, "endsAt": "soon"}):
        assert report(house, wrong, token=token).status_code == 400
    assert report(house, {"labels": labels}, token="wrong").status_code == 401
    assert Alert.objects.count() == 1


def test_deleting_ends_the_alert(house: House, watched: Check) -> None:
    actions.delete_check(house.cleo.actor, watched)
    assert Alert.objects.get().ended_at is not None
