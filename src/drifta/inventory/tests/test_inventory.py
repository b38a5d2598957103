"""Sites, assets and services: actions, pages, interface, and who sees them."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from drifta.inventory import actions, queries
from drifta.inventory.models import Asset, Service, Site
from drifta.kernel import guard, search
from drifta.kernel.actions import Conflict, Refused
from drifta.kernel.testing import run_jobs
from drifta.people import actions as people

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_of(person) -> Client:
    """Return a client that is signed in."""
    client = Client()
    with guard.writing():
        client.force_login(person, backend=BACKEND)
    return client


def agent_eva(house):
    """Return Eva as an agent of her organisation."""
    with guard.writing():
        house.eva.roles = ["first_line"]
        house.eva.save()
    return type(house.eva).objects.get(pk=house.eva.pk).actor


@pytest.fixture
def printer(house) -> Asset:
    """Return a printer on floor 2 that Dag answers for."""
    site = actions.create_site(house.ben.actor, organisation_id=house.norrvik.pk, name="Plan 2")
    return actions.create_asset(
        house.ben.actor,
        organisation_id=house.norrvik.pk,
        name="pr-2-01",
        kind="printer",
        address="192.0.2.21",
        serial="XK-77",
        site_id=site.pk,
        owner_id=house.dag.pk,
    )


def test_what_belongs_together_must_be_of_one_organisation(house, printer) -> None:
    with pytest.raises(Refused, match="owner"):
        actions.edit_asset(house.ben.actor, printer, owner_id=house.eva.pk)
    with pytest.raises(Refused, match="site"):
        actions.create_asset(agent_eva(house), organisation_id=house.sorfjord.pk, name="x", site_id=printer.site_id)
    with pytest.raises(Refused):
        actions.create_asset(house.ben.actor, organisation_id=house.sorfjord.pk, name="x")
    with pytest.raises(PermissionDenied):
        actions.edit_asset(house.eva.actor, printer, name="mine")
    with pytest.raises(PermissionDenied):
        actions.create_site(house.dag.actor, organisation_id=house.norrvik.pk, name="x")


def test_a_name_is_there_once_and_a_stale_change_is_a_conflict(house, printer) -> None:
    with pytest.raises(Refused, match="already one"):
        actions.create_asset(house.ben.actor, organisation_id=house.norrvik.pk, name="pr-2-01")
    stale = Asset.objects.get(pk=printer.pk)
    actions.edit_asset(house.ben.actor, printer, model="HP 4200")
    with pytest.raises(Conflict):
        actions.edit_asset(house.cleo.actor, stale, model="HP 4250")
    assert actions.edit_asset(house.ben.actor, printer, clear=["owner_id"]).owner_id is None


def test_a_service_depends_on_assets_of_its_organisation(house, printer) -> None:
    service = actions.create_service(
        house.ben.actor, organisation_id=house.norrvik.pk, name="Utskrift", asset_ids=[printer.pk, 999_999]
    )
    assert list(service.assets.all()) == [printer]
    assert queries.services_on([printer.pk]) == [service]
    actions.edit_service(house.ben.actor, service, asset_ids=[])
    assert queries.services_on([printer.pk]) == []


def test_search_finds_assets_for_readers_only(house, printer) -> None:
    for text in ("pr-2-01", "XK-77", "192.0.2.21"):
        assert [hit.object_id for hit in search.find(house.ben.actor, text, kinds=["asset"])] == [printer.pk], text
    assert search.find(house.dag.actor, "pr-2-01", kinds=["asset"]) == []
    assert search.find(house.eva.actor, "pr-2-01", kinds=["asset"]) == []


def test_devices_follow_a_merged_person(house, printer) -> None:
    kept = people.create(house.ben.actor, organisation_id=house.norrvik.pk, name="Dag Ek")
    people.merge(house.ann.actor, kept, absorbed_id=house.dag.pk)
    run_jobs("reactions")
    printer.refresh_from_db()
    assert printer.owner == kept


def test_pages_show_and_change(house, printer) -> None:
    ben = client_of(house.ben)
    assert "pr-2-01" in ben.get("/inventory/?q=xk-77").content.decode()
    page = ben.get(f"/inventory/{printer.pk}/").content.decode()
    assert "192.0.2.21" in page
    assert "pr-2-01" in ben.get(f"/people/{house.dag.pk}/").content.decode()
    values = {"version": printer.version, "name": "pr-2-02", "kind": "printer", "owner": "", "site": ""}
    assert ben.post(f"/inventory/{printer.pk}/edit/", values).status_code == 302
    printer.refresh_from_db()
    assert (printer.name, printer.owner, printer.site) == ("pr-2-02", None, None)
    assert (
        ben.post(
            "/inventory/sites/new/", {"organisation": house.norrvik.pk, "name": "X", "time_zone": "Mars"}
        ).status_code
        == 422
    )
    assert (
        ben.post(
            "/inventory/services/new/", {"organisation": house.norrvik.pk, "name": "E-post", "assets": [printer.pk]}
        ).status_code
        == 302
    )
    assert Service.objects.get().assets.get() == printer


@pytest.mark.parametrize("path", ["inventory/{a}/", "inventory/{a}/edit/", "inventory/sites/{s}/"])
def test_strangers_find_nothing_and_requesters_may_not(house, printer, path: str) -> None:
    path = "/" + path.format(a=printer.pk, s=printer.site_id)
    agent_eva(house)
    assert client_of(house.eva).get(path).status_code == 404
    assert client_of(house.dag).get(path).status_code == 403


def test_the_interface_keeps_versions_and_organisations_apart(house, printer) -> None:
    ben = Client(headers={"Authorization": f"Bearer {people.create_token(house.ben.actor, house.ben, name='t')[1]}"})
    shown = ben.get(f"/api/v1/assets/{printer.pk}")
    assert shown.json()["owner_id"] == house.dag.pk

    def change(tag: str, **values: object) -> int:
        body = json.dumps(values)
        headers = {"If-Match": tag}
        return ben.patch(f"/api/v1/assets/{printer.pk}", body, "application/json", headers=headers).status_code

    assert change(shown["ETag"], model="A") == 200
    assert change(shown["ETag"], model="B") == 412
    assert change("*", owner_id=None) == 200
    assert ben.get(f"/api/v1/assets/{printer.pk}").json()["owner_id"] is None
    dag = Client(headers={"Authorization": f"Bearer {people.create_token(house.dag.actor, house.dag, name='t')[1]}"})
    for noun in ("assets", "sites", "services"):
        assert dag.get(f"/api/v1/{noun}").status_code == 403
        assert ben.get(f"/api/v1/{noun}/999999999999999999999").status_code == 404
    assert Site.objects.count() == 1
