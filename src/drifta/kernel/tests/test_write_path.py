"""The write path: an action changes rows, logs a fact, enqueues reactions and tells the open pages, or nothing."""

from dataclasses import dataclass

import psycopg
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from drifta.kernel import actions, events, guard, permissions
from drifta.kernel.actions import Conflict, action
from drifta.kernel.actor import NOBODY, SYSTEM, Actor
from drifta.kernel.events import Event, emit, event, on
from drifta.kernel.models import LoggedEvent, change
from drifta.kernel.permissions import granted, may, rule
from drifta.kernel.testing import run_jobs
from drifta.people.models import Team

heard: list[tuple[str, int]] = []


@event("test.team_renamed", text="renamed the team to %(name)s")
@dataclass(frozen=True)
class TeamRenamed(Event):
    name: str


@on(TeamRenamed)
def hear(fact: TeamRenamed, logged: LoggedEvent) -> None:
    heard.append((fact.name, logged.pk))


@rule("test.rename", roles={"first_line"})
def may_rename(actor: Actor, team: Team) -> bool:
    return team.pk in actor.team_ids


@action("test.rename", label="Rename", versioned=True, offered=False)
def rename(actor: Actor, team: Team, *, name: str) -> Team:
    change(team, name=name)
    emit(actor, TeamRenamed(name=name), subject=team)
    return team


@action("test.rename_and_fail", label="Rename and fail", offered=False)
def rename_and_fail(actor: Actor, team: Team, *, name: str) -> None:
    rename(actor, team, name=name)
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def _silence() -> None:
    heard.clear()


def test_an_action_changes_logs_and_reacts(house) -> None:
    rename(house.ben.actor, house.first_line, name="Helpdesk")
    logged = LoggedEvent.objects.get(name="test.team_renamed")
    assert (logged.subject, logged.organisation_id) == (f"people.team:{house.first_line.pk}", house.norrvik.pk)
    assert (logged.actor_kind, logged.actor_name, logged.data) == ("person", "Ben Öst", {"name": "Helpdesk"})
    assert heard == []
    assert run_jobs() == 1
    assert heard == [("Helpdesk", logged.pk)]
    assert Team.objects.get(pk=house.first_line.pk).version == 2


def test_a_failed_action_leaves_nothing(house) -> None:
    with pytest.raises(ZeroDivisionError):
        rename_and_fail(SYSTEM, house.first_line, name="Helpdesk")
    assert not LoggedEvent.objects.filter(name="test.team_renamed").exists()
    assert run_jobs() == 0
    assert Team.objects.get(pk=house.first_line.pk).name == "Servicedesk"


def test_whoever_may_not_is_refused(house) -> None:
    for actor in (house.cleo.actor, house.dag.actor, house.eva.actor, NOBODY):
        with pytest.raises(PermissionDenied):
            rename(actor, house.first_line, name="Mine")
    with pytest.raises(PermissionDenied):
        rename(house.ben.actor, house.second_line, name="Mine")


def test_a_stale_version_is_a_conflict_that_keeps_both(house) -> None:
    mine, theirs = Team.objects.get(pk=house.first_line.pk), Team.objects.get(pk=house.first_line.pk)
    rename(house.ben.actor, theirs, name="Helpdesk")
    with pytest.raises(Conflict) as caught:
        rename(house.ben.actor, mine, name="Support")
    assert (caught.value.based_on, caught.value.current.name) == (1, "Helpdesk")


def test_a_write_outside_an_action_fails(house) -> None:
    with pytest.raises(guard.WriteOutsideAction):
        Team.objects.filter(pk=house.first_line.pk).update(name="Nobody saw it")


def test_facts_need_a_transaction_and_names_are_unique(house) -> None:
    with pytest.raises(ValueError, match="declared twice"):
        event("test.team_renamed", text="")(TeamRenamed)
    with pytest.raises(ValueError, match="declared twice"):
        rule("test.rename", roles=())(may_rename)
    with pytest.raises(ValueError, match="declared twice"):
        action("test.rename", label="")(rename)


@pytest.mark.parametrize("statement", ["UPDATE kernel_event SET name = 'x'", "DELETE FROM kernel_event"])
def test_the_log_is_append_only(house, statement: str) -> None:
    rename(house.ben.actor, house.first_line, name="Helpdesk")
    with guard.writing(), pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert LoggedEvent.objects.filter(name="test.team_renamed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_open_pages_hear_of_it_at_commit(house) -> None:
    parameters = {
        k: v for k, v in connection.get_connection_params().items() if k not in {"cursor_factory", "context"}
    }
    with psycopg.connect(**parameters, autocommit=True) as listening:
        listening.execute("LISTEN drifta")
        rename(house.ben.actor, house.first_line, name="Helpdesk")
        payloads = [notice.payload for notice in listening.notifies(timeout=60, stop_after=1)]
    logged = LoggedEvent.objects.get(name="test.team_renamed")
    assert payloads == [f'[{logged.pk}, "people.team:{house.first_line.pk}", {house.norrvik.pk}]']


def test_the_catalogue_describes_the_action(house) -> None:
    entry = actions.catalogue["test.rename"]
    assert (entry.model, entry.verb, list(entry.parameters.model_fields)) == (Team, "rename", ["name"])
    assert list(actions.actions_for(house.ben.actor, house.first_line)) == []  # this one is not offered
    assert "people.deactivate" in [one.name for one in actions.actions_for(house.ann.actor, house.dag)]
    assert "people.deactivate" not in [one.name for one in actions.actions_for(house.dag.actor, house.dag)]


def test_unknown_permissions_are_refused_and_django_agrees(house) -> None:
    assert not may(house.ann.actor, "no.such_permission")
    assert house.ben.has_perm("test.rename", house.first_line)
    assert not house.ben.has_perm("test.rename", house.second_line)
    assert "test.rename" in granted(["first_line"])
    assert granted(["nobody"]) == frozenset()


def test_an_old_event_with_other_fields_is_read() -> None:
    old = LoggedEvent(name="test.team_renamed", data={"name": "Helpdesk", "gone": 1})
    assert events.restore(old) == TeamRenamed(name="Helpdesk")
    assert events.restore(LoggedEvent(name="no.longer", data={})) is None
    assert permissions.permissions["test.rename"].roles == {"first_line"}
