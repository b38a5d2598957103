"""Categories: actions, pages and the interface."""

import pytest
from django.core.exceptions import PermissionDenied

from drifta.desk import actions
from drifta.desk.models import Category
from drifta.desk.tests.factories import browser_of, report, text_of
from drifta.desk.tests.test_api import Caller
from drifta.kernel.actions import Conflict, Refused
from drifta.kernel.models import LoggedEvent


@pytest.fixture
def printing(house) -> Category:
    """Return “Printing”, which the second line gets."""
    return actions.create_category(
        house.ann.actor, organisation_id=house.norrvik.pk, name="Printing", team_id=house.second_line.pk
    )


@pytest.fixture
def paper(house, printing) -> Category:
    """Return “Printing / Paper”."""
    return actions.create_category(
        house.ann.actor, organisation_id=house.norrvik.pk, name="Paper", parent_id=printing.pk
    )


def test_a_category_leads_new_tickets_to_its_team(house, printing) -> None:
    assert report(house.dag, category_id=printing.pk).team == house.second_line


def test_names_are_taken_beside_one_another_only(house, printing, paper) -> None:
    make = {"organisation_id": house.norrvik.pk}
    with pytest.raises(Refused):
        actions.create_category(house.ann.actor, name="printing", **make)
    with pytest.raises(Refused):
        actions.edit_category(house.ann.actor, paper, name=" ")
    assert actions.create_category(house.ann.actor, name="Paper", **make).path == "Paper"


def test_there_are_two_levels(house, printing, paper) -> None:
    other = actions.create_category(house.ann.actor, organisation_id=house.norrvik.pk, name="Devices")
    for category, parent in ((paper, paper), (other, paper), (printing, other)):
        with pytest.raises(Refused):
            actions.edit_category(house.ann.actor, category, parent_id=parent.pk)
    moved = actions.edit_category(house.ann.actor, Category.objects.get(pk=paper.pk), parent_id=other.pk)
    assert moved.path == "Devices / Paper"
    assert actions.edit_category(house.ann.actor, moved, parent_id=0).path == "Paper"


def test_a_stale_change_is_a_conflict(house, printing) -> None:
    old = Category.objects.get(pk=printing.pk)
    actions.edit_category(house.ann.actor, printing, name="Printers")
    with pytest.raises(Conflict):
        actions.edit_category(house.ann.actor, old, name="Print")


def test_archiving_takes_what_is_below_along_and_tickets_keep_theirs(house, printing, paper) -> None:
    ticket = report(house.dag, category_id=paper.pk)
    actions.archive_category(house.ann.actor, printing)
    assert not Category.objects.filter(is_active=True).exists()
    page = text_of(browser_of(house.ben).get("/tickets/new/"))
    assert "Printing / Paper" not in page
    ticket.refresh_from_db()
    assert ticket.category == paper
    with pytest.raises(Refused):
        actions.restore_category(house.ann.actor, paper)
    actions.restore_category(house.ann.actor, printing)
    actions.restore_category(house.ann.actor, Category.objects.get(pk=paper.pk))
    assert Category.objects.filter(is_active=True).count() == 2
    assert LoggedEvent.objects.filter(name="desk.category_archived").count() == 2


def test_only_administrators_change_them(house, printing) -> None:
    for person in (house.ben, house.dag, house.eva):
        with pytest.raises(PermissionDenied):
            actions.archive_category(person.actor, printing)
    with pytest.raises(PermissionDenied):
        actions.create_category(house.ann.actor, organisation_id=house.sorfjord.pk, name="Geheim")


def test_the_pages(house, printing, paper) -> None:
    client = browser_of(house.ann)
    page = text_of(client.get("/categories/"))
    assert page.index("Printing") < page.index("Printing / Paper")
    assert "/categories/" in text_of(client.get("/settings/"))
    made = client.post("/categories/new/", {"name": "Toner", "parent_id": printing.pk, "team_id": ""})
    assert made.status_code == 302
    toner = Category.objects.get(name="Toner")
    assert client.post("/categories/new/", {"name": "Toner", "parent_id": printing.pk}).status_code == 422
    assert client.post(f"/categories/{toner.pk}/", {"name": "Ink, black", "version": toner.version}).status_code == 302
    toner.refresh_from_db()
    assert (toner.name, toner.parent) == ("Ink, black", None)
    stale = client.post(f"/categories/{toner.pk}/", {"name": "Old", "version": 1})
    assert stale.status_code == 422
    given = {"action": "desk.archive_category", "subject": toner.subject_key}
    client.post("/ui/act", given)
    assert "Archived" in text_of(client.get(f"/categories/{toner.pk}/"))
    assert "Ink, black" not in text_of(client.get("/categories/?is_active=True"))
    assert browser_of(house.ben).get(f"/categories/{toner.pk}/").status_code == 403
    assert browser_of(house.eva).get(f"/categories/{toner.pk}/").status_code == 404


def test_the_interface(house, printing) -> None:
    call = Caller(house.ann)
    made = call("POST", "/categories", {"name": "Paper", "parent_id": printing.pk})
    assert made.status_code == 201
    assert made.json()["path"] == "Printing / Paper"
    address = f"/categories/{made.json()['id']}"
    changed = call("PATCH", address, {"name": "A4"}, HTTP_IF_MATCH=made["ETag"])
    assert changed.json()["name"] == "A4"
    assert call("PATCH", address, {"name": "A3"}, HTTP_IF_MATCH=made["ETag"]).status_code == 412
    assert call("POST", f"{address}/archive_category", {}).status_code == 204
    names = [one["name"] for one in call("GET", "/categories?is_active=true").json()["items"]]
    assert names == ["Printing"]
    assert len(call("GET", "/categories?limit=1").json()["items"]) == 1
    assert Caller(house.eva)("GET", address).status_code == 404
    assert Caller(house.dag)("PATCH", address, {"name": "x"}).status_code == 403
    assert call("POST", "/categories", {"name": ""}).status_code == 422
