"""Import of people: what a file would do, row by row; all of it or nothing."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from drifta.kernel import files, guard
from drifta.kernel.actions import Refused
from drifta.people import actions, csv_rows, importing, queries
from drifta.people.models import Person

SWEDISH = (
    "Namn;E-post;Telefon;Befattning;Närmaste chef;Grupp;Språk\r\n"
    "Åsa Björk;asa@norrvik.example, asa.b@norrvik.example;070-123 45 67;Rektor;;;sv\r\n"
    "Örjan Ek;orjan@norrvik.example;;Lärare;Åsa Björk;First line;norsk\r\n"
)


def run(house, text: str, encoding: str = "utf-8") -> importing.Plan:
    """Import a file as Ann."""
    stored = files.store(text.encode(encoding))
    return actions.import_people(house.ann.actor, organisation_id=house.norrvik.pk, file=stored.sha256)


@pytest.fixture
def first_line_is_named(house):
    """Call the first team as the file does."""
    return actions.edit_team(house.ann.actor, house.first_line, name="First line")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_swedish_sheet_is_understood_in_any_encoding(house, first_line_is_named, encoding: str) -> None:
    plan = run(house, SWEDISH, encoding)
    assert plan.counts == {"create": 2, "update": 0, "unchanged": 0, "fault": 0}
    asa = queries.person_by_email("asa.b@norrvik.example")
    orjan = queries.person_by_email("orjan@norrvik.example")
    assert (asa.name, asa.email, asa.title) == ("Åsa Björk", "asa@norrvik.example", "Rektor")
    assert (orjan.manager, orjan.language) == (asa, "nb")
    assert list(orjan.teams.all()) == [house.first_line]


def test_the_same_file_again_changes_nothing_and_a_changed_one_updates(house, first_line_is_named) -> None:
    run(house, SWEDISH)
    assert run(house, SWEDISH).counts == {"create": 0, "update": 0, "unchanged": 2, "fault": 0}
    plan = run(house, "name,e-mail,phone\nÅsa B. Björk,ASA@norrvik.example,08-123 456 78\n")
    assert plan.counts["update"] == 1
    asa = queries.person_by_email("asa@norrvik.example")
    assert asa.name == "Åsa B. Björk"
    assert asa.title == "Rektor"
    assert asa.contact_points.filter(value="+46812345678").exists()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A;not-an-address;;;", "is not a mail address"),
        ("A;a@x.example;12;x;", "Nobody is called"),
        ("A;a@x.example;hello;;", "is not a phone number"),
        ("A;a@x.example;;;No such team", "There is no team"),
        ("A;eva@sorfjord.example;;;", "of another organisation"),
        ("A;ben@norrvik.example,dag@norrvik.example;;;", "belong to different people"),
        (";;;;x", "neither a name nor a mail address"),
        ("A;a@x.example;;;;;more", "more cells"),
    ],
)
def test_a_row_with_a_fault_stops_the_whole_file(house, row: str, reason: str) -> None:
    text = f"Namn;E-post;Telefon;Chef;Team\nGod;god@x.example;;;\n{row}\n"
    plan = importing.plan(house.norrvik, text.encode())
    assert plan.count("fault") == 1
    assert reason in " ".join(plan.steps[1].faults)
    assert plan.steps[1].row.line == 3
    with pytest.raises(Refused):
        run(house, text)
    assert not Person.objects.filter(name="God").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\x89PNG\r\n\x1a\n\0\0\0",
        b"Colour;Size\nred;3\n",
        b"Namn;Namn\na;b\n",
        b'Namn\n"unfinished' + b"x" * 200_000,
    ],
)
def test_what_is_no_sheet_of_people_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(csv_rows.UnreadableFile):
        csv_rows.read(content)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: ("Namn;E-post\n" + text).encode()))
def test_garbage_is_read_or_refused_never_worse(content: bytes) -> None:
    try:
        sheet = csv_rows.read(content)
    except csv_rows.UnreadableFile:
        return
    assert all(row.line > 1 for row in sheet.rows)


def test_only_administrators_import(house) -> None:
    stored = files.store(SWEDISH.encode())
    with pytest.raises(PermissionDenied):
        actions.import_people(house.ben.actor, organisation_id=house.norrvik.pk, file=stored.sha256)


def test_the_page_shows_what_would_happen_before_it_does(house, first_line_is_named) -> None:
    client = Client()
    with guard.writing():
        client.force_login(house.ann, backend="allauth.account.auth_backends.AuthenticationBackend")
    upload = SimpleUploadedFile("people.csv", SWEDISH.encode())
    preview = client.post("/people/import/", {"organisation": house.norrvik.pk, "file": upload})
    assert "Åsa Björk" in preview.content.decode()
    assert not Person.objects.filter(name="Åsa Björk").exists()
    answer = client.post("/people/import/run/", {"ticket": preview.context["ticket"]})
    assert answer.status_code == 200
    assert Person.objects.filter(name="Åsa Björk").exists()
    forged = client.post("/people/import/run/", {"ticket": "made-up"})
    assert forged.status_code == 422
