"""Facts: declared as frozen dataclasses, written to the event log inside the action, reacted to by jobs."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, TypeVar

from django.db import connection, models
from django.utils.functional import Promise

from drifta.kernel import unit
from drifta.kernel.actor import Actor
from drifta.kernel.jobs import JobCall, defer_many, job
from drifta.kernel.models import LoggedEvent, Subject


@dataclass(frozen=True)
class Event:
    """Base of all facts. Fields are plain values (ids, texts, numbers), never objects."""

    event_name: ClassVar[str] = ""
    #: What happened, to be read after the actor's name; may use fields as ``%(field)s``. Translated when shown.
    event_text: ClassVar[str | Promise] = ""


E = TypeVar("E", bound=Event)
Reaction = Callable[[Any, LoggedEvent], None]
Condition = Callable[[Any], bool]

events: dict[str, type[Event]] = {}
reactions: dict[str, Reaction] = {}
_reactions_of: dict[str, list[tuple[str, Condition | None]]] = {}
Follower = Callable[[LoggedEvent], list[JobCall]]
_followers: list[Follower] = []


def event(name: str, *, text: str | Promise) -> Callable[[type[E]], type[E]]:
    """Register an event class under its stable name, such as ``desk.ticket_closed``."""

    def declare(kind: type[E]) -> type[E]:
        if name in events:
            raise ValueError(f"The event '{name}' is declared twice.")
        kind.event_name = name
        kind.event_text = text
        events[name] = kind
        return kind

    return declare


def on(
    kind: type[E], *, when: Callable[[E], bool] | None = None
) -> Callable[[Callable[[E, LoggedEvent], None]], Callable[[E, LoggedEvent], None]]:
    """Run the decorated function in the worker whenever the event has happened (at least once, so idempotent).

    ``when`` is asked in the action's transaction and saves the job where there is surely nothing to do.
    """

    def declare(reaction: Callable[[E, LoggedEvent], None]) -> Callable[[E, LoggedEvent], None]:
        name = f"{reaction.__module__}.{reaction.__qualname__}"
        if name in reactions:
            raise ValueError(f"The reaction '{name}' is declared twice.")
        reactions[name] = reaction
        _reactions_of.setdefault(kind.event_name, []).append((name, when))
        return reaction

    return declare


def follow(follower: Follower) -> Follower:
    """Call the function at every fact, in the action's transaction; the jobs it returns are enqueued with it.

    For what hands every fact on (webhooks). It must be quick: it runs inside every action.
    """
    _followers.append(follower)
    return follower


def emit(actor: Actor, fact: Event, *, subject: Subject | models.Model) -> None:
    """Write a fact about ``subject`` to the log, with one job per reaction, in the action's transaction.

    Raises ``RuntimeError`` outside a transaction: a fact without its change would be a lie.
    """
    emit_all(actor, [(fact, subject)])


def emit_all(actor: Actor, facts: Iterable[tuple[Event, Subject | models.Model]]) -> None:
    """Write many facts, each with its subject, as ``emit`` writes one: for what happens to thousands at once."""
    if not connection.in_atomic_block:
        raise RuntimeError("emit() belongs inside an action.")
    unit.later(_write, [(_logged(actor, fact, subject), fact) for fact, subject in facts])


def _write(pairs: list[tuple[LoggedEvent, Event]]) -> None:
    """Write the facts of one action in one statement, and enqueue the jobs that follow from them in another."""
    LoggedEvent.objects.bulk_create(row for row, _fact in pairs)
    defer_many([call for row, fact in pairs for call in _calls(row, fact)])


def _logged(actor: Actor, fact: Event, subject: Subject | models.Model) -> LoggedEvent:
    return LoggedEvent(
        name=fact.event_name,
        subject=f"{subject._meta.label_lower}:{subject.pk}",
        organisation_id=getattr(subject, "organisation_id", None),
        actor_kind=actor.kind,
        actor_id=actor.person_id or actor.token_id,
        actor_name=actor.name,
        data=asdict(fact),
    )


def _calls(logged: LoggedEvent, fact: Event) -> list[JobCall]:
    """Return the jobs that follow from a fact: its reactions, and what the followers want."""
    wanted = (name for name, when in _reactions_of.get(fact.event_name, []) if when is None or when(fact))
    calls = [JobCall(react, {"reaction": name, "event": logged.pk}) for name in wanted]
    return [*calls, *(call for follower in _followers for call in follower(logged))]


def restore(logged: LoggedEvent) -> Event | None:
    """Rebuild the fact from its row; fields of older versions that no longer exist are ignored, None if unknown."""
    kind = events.get(logged.name)
    if kind is None:
        return None
    known = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in logged.data.items() if name in known})


@job(name="kernel.react", queue="reactions", attempts=10)
def react(reaction: str, event: int) -> None:
    """Run one reaction to one event. A reaction that no longer exists is skipped."""
    function = reactions.get(reaction)
    logged = LoggedEvent.objects.get(pk=event)
    fact = restore(logged)
    if function is not None and fact is not None:
        function(fact, logged)
