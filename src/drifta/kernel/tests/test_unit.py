"""What one action gathers until its end: facts, search documents, and the rows it holds."""

from dataclasses import dataclass

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from drifta.kernel import actions, search, settings, unit
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import SYSTEM, Actor
from drifta.kernel.events import Event, emit, event
from drifta.kernel.models import LoggedEvent, change
from drifta.people.models import Team


@event("test.step_taken", text="took step %(step)s")
@dataclass(frozen=True)
class StepTaken(Event):
    step: str


@action("test.step", label="Step", offered=False)
def step(actor: Actor, team: Team, *, name: str) -> None:
    emit(actor, StepTaken(name), subject=team)
    search.index("test.step", team.pk, organisation_id=None, title="Steps", public=name, add=True)
    change(team, name=name)
    if name == "wrong":
        raise Refused("no")


@action("test.steps", label="Steps", offered=False)
def steps(actor: Actor, team: Team, *, names: list[str]) -> None:
    for name in names:
        try:
            with transaction.atomic():
                step(actor, team, name=name)
        except Refused:
            continue


def taken() -> list[str]:
    return [row.data["step"] for row in LoggedEvent.objects.filter(name="test.step_taken").order_by("pk")]


def test_what_an_inner_action_gathered_before_it_failed_is_dropped(house):
    steps(SYSTEM, house.first_line, names=["one", "wrong", "two"])
    assert taken() == ["one", "two"]
    assert Team.objects.get(pk=house.first_line.pk).name == "two"
    with connection.cursor() as cursor:
        cursor.execute("SELECT public::text FROM kernel_search WHERE source = 'test.step'")
        assert "wrong" not in cursor.fetchone()[0]


def test_facts_and_documents_of_one_action_are_one_statement_each(house):
    with CaptureQueriesContext(connection) as seen:
        steps(SYSTEM, house.first_line, names=["one", "two", "three"])
    written = [query["sql"] for query in seen.captured_queries]
    assert sum("kernel_event" in sql and sql.startswith("INSERT") for sql in written) == 1
    assert sum("INSERT INTO kernel_search" in sql for sql in written) == 1
    assert sum("FOR UPDATE" in sql for sql in written) == 1


def test_an_object_that_is_not_the_held_one_is_read_again(house):
    @action("test.two_objects", label="Two objects", offered=False)
    def two_objects(actor: Actor, team: Team) -> list[str]:
        other = Team.objects.get(pk=team.pk)
        step(actor, team, name="first")
        step(actor, other, name="second")
        step(actor, team, name="third")
        return [team.name, other.name]

    try:
        assert two_objects(SYSTEM, house.first_line) == ["third", "second"]
    finally:
        del actions.catalogue["test.two_objects"]
    assert Team.objects.get(pk=house.first_line.pk).version == 4


def test_an_answer_is_asked_for_once_in_an_action_and_again_when_it_changed(house):
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    with unit.work():
        assert [unit.remembered("key", ask), unit.remembered("key", ask)] == [1, 1]
        unit.forget("key")
        assert unit.remembered("key", ask) == 2
    assert unit.remembered("key", ask) == 3


def test_settings_are_read_once_in_an_action(house):
    section = next(iter(settings.sections.values()))
    with CaptureQueriesContext(connection) as seen, unit.work():
        settings.get(section)
        settings.get(section)
    assert sum("kernel_setting" in query["sql"] for query in seen.captured_queries) == 1
