"""What the tests of the building blocks share: the gallery's pages, events to list, two actions of their own."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field

from drifta.kernel import guard, permissions
from drifta.kernel.actions import Refused, action, catalogue
from drifta.kernel.actor import Actor
from drifta.kernel.models import LoggedEvent, change
from drifta.kernel.permissions import rule
from drifta.people.models import Team

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def gallery(settings: Any) -> None:
    """Let the templates of the gallery be found, and its addresses be the site's."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "drifta.ui.tests.gallery"


def log_events(count: int) -> None:
    """Write events with equal times and missing numbers, so that paging has to decide between equals."""
    with guard.writing():
        LoggedEvent.objects.bulk_create(
            LoggedEvent(
                name="desk.opened" if number % 3 else "desk.closed",
                subject=f"desk.ticket:{number}",
                actor_kind="person",
                actor_id=None if number % 4 == 0 else number % 7,
                actor_name="Ben" if number % 2 else "Cleo",
                at=START + timedelta(hours=number // 5),
                data={"state": "bad" if number % 5 == 0 else "good"},
            )
            for number in range(count)
        )


@pytest.fixture
def events(db: None) -> None:
    """Write 57 events."""
    log_events(57)


def actor(*held: str) -> Actor:
    """Return somebody who sees everything and holds these permissions."""
    return Actor(kind="person", name="Ben Öst", person_id=2, organisation_ids=None, permissions=frozenset(held))


@pytest.fixture
def team_actions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put three actions on teams into the catalogue for one test: one asks, one does not, one refuses."""
    monkeypatch.setattr(permissions, "permissions", permissions.permissions)
    names = ("gallery.rename", "gallery.close", "gallery.refuse")

    for name in names:
        rule(name, roles=["administrator"])(lambda actor, team: True)

    @action("gallery.rename", label="Rename", icon="edit", versioned=True)
    def rename(actor: Actor, team: Team, *, name: Annotated[str, Field(title="Name", min_length=2)]) -> Team:
        return change(team, name=name)

    @action("gallery.close", label="Take out of use", icon="archive", danger=True)
    def close(actor: Actor, team: Team) -> Team:
        return change(team, is_active=False)

    @action("gallery.refuse", label="Empty", icon="trash")
    def refuse(actor: Actor, team: Team) -> Team:
        raise Refused(f"{team} has members. Move them first.")

    yield
    for name in names:
        del catalogue[name]
        del permissions.permissions[name]
