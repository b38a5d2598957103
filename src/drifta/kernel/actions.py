"""Actions: every change goes through one. Permission, transaction, lock, version and catalogue in one decorator."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_type_hints

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from pydantic import BaseModel, ConfigDict, create_model

from drifta.kernel import unit
from drifta.kernel.actor import Actor
from drifta.kernel.models import Versioned
from drifta.kernel.permissions import may, require

P = ParamSpec("P")
R = TypeVar("R")


class Refused(ValidationError):
    """The action makes no sense now; the message says why, and what to do instead, in the reader's language."""


class Conflict(Exception):
    """Somebody changed the row since the version that this change was based on.

    ``current`` is the row as it is now, ``based_on`` the version that the caller had seen.
    """

    def __init__(self, current: Versioned, based_on: int) -> None:
        super().__init__(f"{current.subject_key} is at version {current.version}, not {based_on}.")
        self.current = current
        self.based_on = based_on


def _always(_actor: Actor, _subject: object) -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """One entry of the catalogue: what buttons, palette, API verbs, automation and reference are made from."""

    name: str
    label: str | Promise
    icon: str
    model: type[models.Model] | None
    parameters: type[BaseModel]
    danger: bool
    versioned: bool
    run: Callable[..., Any]
    #: Whether palette, bulk bars and the API's verbs offer it; not when its answer needs a page of its own.
    offered: bool = True
    #: Whether people do it on a page of its own (with choosers), so that palette and menus leave it out.
    own_page: bool = False
    #: Whether it makes sense for an actor and an object as it is now; what does not is not offered.
    fits: Callable[[Actor, Any], bool] = _always

    @property
    def verb(self) -> str:
        """The last part of the name, as it stands in the API's address."""
        return self.name.rsplit(".", 1)[-1]


catalogue: dict[str, Action] = {}


def action(
    name: str,
    *,
    label: str | Promise,
    icon: str = "",
    danger: bool = False,
    versioned: bool = False,
    offered: bool = True,
    own_page: bool = False,
    fits: Callable[[Actor, Any], bool] = _always,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an action under ``name``, which is also the permission it requires.

    The function takes the actor first; a model instance as second argument is the action's subject: its row is
    locked and read again, so that the function sees what is so now. With ``versioned`` the version of the given
    instance must still be the current one, else ``Conflict``. ``fits`` tells of actor and subject whether the
    action makes sense for them now, so that only then it is offered. Raises ``PermissionDenied`` and ``Refused``.
    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        if name in catalogue:
            raise ValueError(f"The action '{name}' is declared twice.")

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = args[0]
            assert isinstance(actor, Actor)
            subject = args[1] if len(args) > 1 else None
            with unit.work():
                if isinstance(subject, models.Model):
                    _lock(subject, versioned=versioned)
                require(actor, name, subject)
                return function(*args, **kwargs)

        catalogue[name] = Action(
            name,
            label,
            icon,
            _subject_model(function),
            _parameters(name, function),
            danger,
            versioned,
            run,
            offered,
            own_page,
            fits,
        )
        return run

    return declare


def _lock(subject: models.Model, *, versioned: bool) -> None:
    """Lock the row and read it into ``subject``; the version of the caller's copy decides about a conflict."""
    if unit.holds(subject):
        return
    based_on = subject.version if isinstance(subject, Versioned) else 0
    rows = subject.__class__._base_manager.select_for_update(of=("self",))
    subject.refresh_from_db(from_queryset=rows)
    if versioned and isinstance(subject, Versioned) and subject.version != based_on:
        raise Conflict(subject, based_on)
    unit.hold(subject)


def _subject_model(function: Callable[..., Any]) -> type[models.Model] | None:
    names = list(inspect.signature(function).parameters)
    hint = get_type_hints(function).get(names[1]) if len(names) > 1 else None
    return hint if inspect.isclass(hint) and issubclass(hint, models.Model) else None


def _parameters(name: str, function: Callable[..., Any]) -> type[BaseModel]:
    """Describe the keyword-only parameters as a pydantic model; being plain values, any client can give them."""
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            fields[parameter.name] = (hints[parameter.name], default)
    title = "".join(part.capitalize() for part in name.replace(".", "_").split("_"))
    return create_model(title, __config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True), **fields)


def actions_for(actor: Actor, subject: models.Model) -> Iterator[Action]:
    """Yield the actions that make sense on this object now and that the actor may run, ordered by name."""
    return (
        entry
        for _, entry in sorted(catalogue.items())
        if entry.offered
        and not entry.own_page
        and entry.model is not None
        and isinstance(subject, entry.model)
        and may(actor, entry.name, subject)
        and entry.fits(actor, subject)
    )
