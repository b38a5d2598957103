"""Example tickets in any number, written by COPY: a million in minutes, the same ones for the same seed."""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from drifta.desk.demo_words import WORDS, Words
from drifta.desk.document import SOURCE
from drifta.desk.models import Category, Ticket
from drifta.desk.priority import levels_for
from drifta.desk.text import excerpt, one_line
from drifta.kernel import clock, guard
from drifta.kernel.actor import SYSTEM
from drifta.kernel.search import CONFIGURATIONS
from drifta.people import queries as people

#: Tickets that are made at once.
BATCH = 20_000
PERIOD = timedelta(days=3 * 365)
CATEGORIES = ("Skrivare", "E-post", "Nätverk", "Behörighet", "Datorer", "Telefoni", "Program", "Möten")


@dataclass(frozen=True)
class Cast:
    """Who reports and who works: (id, name, language) of requesters, (id, name) of agents, ids of teams."""

    organisation_id: int
    requesters: Sequence[tuple[int, str, str]]
    agents: Sequence[tuple[int, str]]
    teams: Sequence[tuple[int, str]]
    categories: Sequence[int]


@dataclass
class Rows:
    """Rows of the tables, ready for COPY."""

    tickets: list[tuple[Any, ...]]
    messages: list[tuple[Any, ...]]
    events: list[tuple[Any, ...]]
    documents: list[tuple[Any, ...]]


def generate(organisation_id: int, count: int, *, seed: int, say: Callable[[str], None]) -> None:
    """Make ``count`` tickets with their messages, events and search documents for an organisation that has people.

    Raises ``ValueError`` when nobody could report or work. ``say`` is told how far it is.
    """
    with transaction.atomic(), guard.writing():
        cast = _cast(organisation_id)
        first = _first_number()
        with _unhindered():
            _write_all(cast, first, count, seed, say)
            _index_words(first, say)
        _advance_numbers()
    if not connection.in_atomic_block:
        _settle()


def _settle() -> None:
    """Do what the database would begin by itself within the minute, beside the first visitors."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) desk_ticket, desk_message, kernel_search, kernel_event")


def _cast(organisation_id: int) -> Cast:
    for name in CATEGORIES:
        Category.objects.get_or_create(organisation_id=organisation_id, name=name, parent=None)
    agents = list(people.agents(organisation_id).values_list("pk", "name"))
    persons = Ticket._meta.get_field("requester").related_model._default_manager
    requesters = list(persons.filter(organisation_id=organisation_id).values_list("pk", "name", "language")[:20_000])
    teams = [(team.pk, team.name) for team in people.teams(SYSTEM, organisation_id)]
    if not agents or not requesters or not teams:
        raise ValueError("The organisation needs people, agents and a team before it can have tickets.")
    categories = list(Category.objects.filter(organisation_id=organisation_id).values_list("pk", flat=True))
    return Cast(organisation_id, requesters, agents, teams, categories)


def _first_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM desk_ticket")
        return int(cursor.fetchone()[0])


def _advance_numbers() -> None:
    with connection.cursor() as cursor:
        for table in ("desk_ticket", "desk_message", "kernel_event"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
            )


class _Story:
    """One ticket's life, drawn by lot."""

    def __init__(self, dice: random.Random, cast: Cast, created: datetime, now: datetime, open_share: float) -> None:
        self.dice, self.cast, self.created, self.now = dice, cast, created, now
        self.requester = dice.choice(cast.requesters)
        self.language = self.requester[2] if self.requester[2] in WORDS else "en"
        self.words: Words = WORDS[self.language]
        self.filled = {"thing": dice.choice(self.words.things), "place": dice.choice(self.words.places)}
        self.agent = dice.choice(cast.agents)
        self.team = dice.choice(cast.teams)
        self.state = self._state(open_share)
        subject = one_line(self.say(self.words.subjects), 200)
        self.subject = f"{subject[0].upper()}{subject[1:]}"
        self.messages = self._messages()
        self.updated = self.messages[-1].at

    def _state(self, open_share: float) -> str:
        """Old tickets are closed; of the last ones a share is still open."""
        if self.dice.random() >= open_share:
            return "closed" if self.now - self.created > timedelta(days=7) else "resolved"
        return self.dice.choice(("new", "open", "open", "open", "waiting", "waiting"))

    def say(self, texts: Sequence[str]) -> str:
        """Return one of the texts, filled in."""
        return self.dice.choice(texts) % self.filled

    def _messages(self) -> list["_Said"]:
        requester = (self.requester[0], self.requester[1])
        inventory = f"{self.dice.choice(('LT', 'PC', 'PR', 'SW'))}-{self.dice.randrange(10_000):04d}"
        report = f"{self.dice.choice(self.words.greetings)},\n\n{self.say(self.words.reports)}"
        said = [_Said(self.created, requester, "in", f"{report}\n\n{self.say(self.words.reports)}\n{inventory}")]
        if self.state == "new":
            return said
        for turn in range(self.dice.choice((1, 2, 2, 3, 4))):
            at = min(self.now, said[-1].at + timedelta(minutes=self.dice.randrange(3, 1500)))
            if turn % 2:
                said.append(_Said(at, requester, "in", self.say(self.words.replies)))
            elif self.dice.random() < 0.25:
                said.append(_Said(at, self.agent, "internal", self.say(self.words.notes)))
            else:
                said.append(_Said(at, self.agent, "out", self.say(self.words.answers)))
        return said


@dataclass(frozen=True)
class _Said:
    """A message: when, by whom (id, name), in which direction."""

    at: datetime
    author: tuple[int, str]
    direction: str
    text: str


def _write_all(cast: Cast, first: int, count: int, seed: int, say: Callable[[str], None]) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same tickets for the same seed is the point
    now = clock.now()
    message_id, event_id = _next("desk_message"), _next("kernel_event")
    open_share = min(0.3, max(0.02, 60 / count))
    for start in range(0, count, BATCH):
        rows = Rows([], [], [], [])
        for position in range(start, min(count, start + BATCH)):
            created = now - PERIOD * (1 - (position + 1) / (count + 1))
            story = _Story(dice, cast, created, now, open_share if created > now - timedelta(days=365) else 0.0005)
            message_id, event_id = _add(rows, story, first + position, message_id, event_id)
        _copy_all(rows)
        say(f"{min(count, start + BATCH)} / {count}")


def _next(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")  # noqa: S608 - our own table names
        return int(cursor.fetchone()[0])


def _add(rows: Rows, story: _Story, number: int, message_id: int, event_id: int) -> tuple[int, int]:
    """Add a story's rows; returns the next free numbers."""
    rows.tickets.append(_ticket(story, number))
    for said in story.messages:
        rows.messages.append(_message(said, number, message_id))
        name, data = "desk.message_added", {"ticket": number, "message": message_id, "direction": said.direction}
        if said is story.messages[0]:
            name, data = "desk.ticket_created", {"ticket": number, "message": message_id}
        rows.events.append(_event(story, number, event_id, said.at, said.author, name, data | {"channel": "mail"}))
        message_id, event_id = message_id + 1, event_id + 1
    if story.state != "new":
        change = {"ticket": number, "before": "new", "after": story.state}
        changed = "desk.ticket_state_changed"
        rows.events.append(_event(story, number, event_id, story.updated, story.agent, changed, change))
        event_id += 1
    rows.documents.append(_document(story, number))
    return message_id, event_id


DOCUMENT_COLUMNS = "object_id, organisation_id, title, public, internal, configuration, updated_at"
TICKET_COLUMNS = (
    "id, version, organisation_id, kind, state, subject, impact, urgency, priority, category_id, "
    "team_id, owner_id, requester_id, channel, language, hold_until, hold_reason, resolution, excerpt, "
    "last_from_requester, is_touched, created_at, updated_at, resolved_at, closed_at"
)
MESSAGE_COLUMNS = (
    "id, ticket_id, author_id, author_name, channel, direction, text, folded, html, copies, automatic, "
    "source, created_at"
)
EVENT_COLUMNS = "id, at, recorded_at, name, subject, organisation_id, actor_kind, actor_id, actor_name, data"


def _ticket(story: _Story, number: int) -> tuple[Any, ...]:
    dice, cast, state = story.dice, story.cast, story.state
    wanted = dice.choices((1, 2, 3, 4, 5), (1, 6, 25, 50, 18))[0]
    impact, urgency = levels_for(wanted)
    is_over = state in ("resolved", "closed")
    owner = None if state == "new" else story.agent[0]
    last = next(said for said in reversed(story.messages) if said.direction != "internal")
    until = story.now + timedelta(hours=dice.randrange(2, 200)) if state == "waiting" else None
    kind = dice.choices(("incident", "request", "problem", "change", "task"), (55, 38, 2, 2, 3))[0]
    channel = dice.choices(("mail", "portal", "phone", "web"), (60, 20, 15, 5))[0]
    return (
        number, 1 + len(story.messages), cast.organisation_id, kind, state, story.subject, impact, urgency, wanted,
        dice.choice(cast.categories), story.team[0], owner, story.requester[0], channel, story.language, until,
        story.say(story.words.notes)[:100] if until else "", story.say(story.words.resolutions) if is_over else "",
        excerpt(last.text), last.direction == "in", state != "new", story.created, story.updated,
        story.updated if is_over else None, story.updated if state == "closed" else None,
    )  # fmt: skip


def _message(said: _Said, number: int, message_id: int) -> tuple[Any, ...]:
    return (
        message_id,
        number,
        said.author[0],
        said.author[1],
        "mail",
        said.direction,
        said.text,
        "",
        "",
        [],
        "",
        "",
        said.at,
    )


def _event(
    story: _Story, number: int, event_id: int, at: datetime, author: tuple[int, str], name: str, data: dict[str, Any]
) -> tuple[Any, ...]:
    subject, organisation_id = f"desk.ticket:{number}", story.cast.organisation_id
    return (event_id, at, at, name, subject, organisation_id, "person", author[0], author[1], json.dumps(data))


def _document(story: _Story, number: int) -> tuple[Any, ...]:
    public = "\n".join(said.text for said in story.messages if said.direction != "internal")
    internal = "\n".join(said.text for said in story.messages if said.direction == "internal")
    configuration = CONFIGURATIONS[story.language]
    return (number, story.cast.organisation_id, story.subject, public, internal, configuration, story.updated)


def _copy_all(rows: Rows) -> None:
    _copy("desk_ticket", TICKET_COLUMNS, rows.tickets)
    _copy("desk_message", MESSAGE_COLUMNS, rows.messages)
    _copy("kernel_event", EVENT_COLUMNS, rows.events)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS demo_words (object_id bigint, organisation_id bigint, title text,"
            " public text, internal text, configuration text, updated_at timestamptz)"
        )
    _copy("demo_words", DOCUMENT_COLUMNS, rows.documents)


def _copy(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _index_words(first: int, say: Callable[[str], None]) -> None:
    """Let PostgreSQL take the words apart, as the search itself does."""
    say("search documents")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_search"
            " (source, object_id, organisation_id, title, public, internal, people, updated_at)"
            " SELECT %s, object_id, organisation_id, title,"
            " setweight(to_tsvector(configuration::regconfig, title), 'A')"
            " || to_tsvector(configuration::regconfig, public),"
            " to_tsvector(configuration::regconfig, internal), '{}', updated_at"
            " FROM demo_words WHERE object_id >= %s ORDER BY object_id",
            [SOURCE, first],
        )
        cursor.execute("DROP TABLE demo_words")


@contextmanager
def _unhindered() -> Iterator[None]:
    """Load without indexes, notices and (as superuser) checks of foreign keys; all is back afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = current_schema()"
            " AND tablename IN ('desk_ticket', 'desk_message', 'kernel_search')"
            " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = i.indexname) ORDER BY indexname"
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER kernel_event_notify")
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        is_superuser = cursor.fetchone()[0]
        if is_superuser:
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        yield
        # The checks of foreign keys that are still to come would forbid what follows.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if is_superuser:
            cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ALTER TABLE kernel_event ENABLE TRIGGER kernel_event_notify")
        for _name, definition in indexes:
            cursor.execute(definition)
