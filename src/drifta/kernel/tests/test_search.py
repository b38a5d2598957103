"""The one search: stems of three languages, accents, beginnings, typing errors, and nothing for strangers."""

import pytest

from drifta.kernel import guard, search
from drifta.kernel.actor import SYSTEM
from drifta.kernel.search import Source
from drifta.people.models import Team

SOURCE = search.register(
    Source(
        kind="test.team",
        label="Teams",
        icon="users",
        visible=Team.objects.visible_to,
        url=lambda pk: f"/teams/{pk}",
        insider=lambda actor: "first_line" in actor.roles,
    )
)


@pytest.fixture(autouse=True)
def _documents(house) -> None:
    with guard.writing():
        search.index(
            "test.team",
            house.first_line.pk,
            organisation_id=house.norrvik.pk,
            title="Skrivarna på plan 2",
            public="De nya skrivarna svarar inte efter semestern",
            internal="lösenordet är hämtat",
            language="sv",
        )
        search.index(
            "test.team",
            house.second_line.pk,
            organisation_id=house.norrvik.pk,
            title="Skriverne i andre etasje",
            public="Brukerne får ikke skrevet ut",
            language="nb",
        )


def found(actor, text: str) -> list[str]:
    return [hit.title for hit in search.find(actor, text, kinds=["test.team"])]


@pytest.mark.parametrize("text", ["skrivare plan", "SKRIVARNA", "semester", "svar", "skriv", "pa plan 2"])
def test_words_are_found_in_any_form(ben, text: str) -> None:
    assert "Skrivarna på plan 2" in found(ben.actor, text)


def test_norwegian_is_stemmed_as_norwegian(ben) -> None:
    assert found(ben.actor, "bruker") == ["Skriverne i andre etasje"]


def test_typing_errors_are_forgiven_in_titles(ben) -> None:
    assert "Skrivarna på plan 2" in found(ben.actor, "Skirvarna plan")


def test_internal_words_are_for_insiders(ben, cleo) -> None:
    assert found(ben.actor, "lösenord") == ["Skrivarna på plan 2"]
    assert found(cleo.actor, "lösenord") == []


def test_another_organisation_finds_nothing(eva) -> None:
    assert found(eva.actor, "skrivarna") == []


def test_texts_can_be_added_and_forgotten(ben, house) -> None:
    with guard.writing():
        search.index(
            "test.team",
            house.first_line.pk,
            organisation_id=house.norrvik.pk,
            title="Skrivarna på plan 2",
            public="toner beställd",
            language="sv",
            add=True,
        )
    assert found(ben.actor, "toner") == ["Skrivarna på plan 2"] == found(ben.actor, "semester")
    with guard.writing():
        search.forget("test.team", house.first_line.pk)
    assert found(ben.actor, "toner") == []


@pytest.mark.parametrize(
    "text", ["", "   ", "'; DROP TABLE kernel_search; --", "& | ! ( : *", "\\", "😀", "\0", "x" * 5000]
)
def test_anything_may_be_typed(text: str) -> None:
    assert found(SYSTEM, text) == []


def test_a_huge_text_is_indexed(house) -> None:
    with guard.writing():
        search.index("test.team", house.first_line.pk, organisation_id=None, title="x" * 1000, public="ord " * 500_000)
