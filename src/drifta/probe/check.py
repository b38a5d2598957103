"""What a kind of check is: its settings, its result, its texts and metrics.

A new kind is one new file in ``drifta/probe/checks/`` (or a plug-in in the entry point group
``drifta.checks``) with a subclass of :class:`Check`, decorated with ``@KINDS.register``. Forms, lists, the
API schema and the documentation follow from what the class says about itself. This file imports no network
code: the server reads the kinds too.
"""

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from drifta.words import gettext_noop as _

Parameter = str | int | float
MetricKey = str | tuple[str, str]
"""A metric's name, or its name and the value of its label: ``("disk.used_percent", "/srv")``."""

Metrics = dict[MetricKey, float]


class State(IntEnum):
    """What a check found. The numbers are those of the probe protocol."""

    GOOD = 0
    WARNING = 1
    BAD = 2
    UNKNOWN = 3


STATE_LABELS: Mapping[State, str] = {
    State.GOOD: _("Good"),
    State.WARNING: _("Warning"),
    State.BAD: _("Bad"),
    State.UNKNOWN: _("Unknown"),
}

SEVERITY: Mapping[State, int] = {State.GOOD: 0, State.UNKNOWN: 1, State.WARNING: 2, State.BAD: 3}
"""Order for "the worst of several"."""

COMMON_TEXTS: Mapping[str, str] = {
    "kind.unknown": _("This probe has no check of the kind “%(kind)s”. Update the probe."),
    "settings.invalid": _("The settings do not fit: %(problem)s. Edit the check."),
    "check.failed": _("The check itself failed: %(error)s. Nothing is known about the target."),
    "check.overdue": _("The check %(target)s did not end within %(seconds)s s. Nothing is known about the target."),
    "timeout": _("No answer from %(target)s within %(seconds)s s."),
    "name.unresolved": _("The name %(host)s could not be looked up (%(error)s)."),
    "name.no_resolver": _("The probe's name servers do not answer, so %(host)s could not be looked up (%(error)s)."),
    "connection.refused": _("%(target)s refused the connection: nothing listens there, or it is blocked."),
    "connection.reset": _("%(target)s broke off the connection."),
    "connection.failed": _("No connection to %(target)s: %(error)s."),
    "network.unreachable": _("There is no route to %(target)s."),
    "probe.exhausted": _("The probe has no free sockets left. Raise its limit of open files (nofile)."),
    "more": _("And %(more)s more."),
    "tls.failed": _("TLS with %(target)s failed: %(error)s."),
    "tls.untrusted": _("The certificate of %(target)s is not trusted: %(error)s."),
}
"""Texts that every kind can yield; ``more`` is added to a text whose parameter ``more`` is above 0."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A declared measured value.

    ``name``, ``unit`` (``s`` ``%`` ``B`` ``B/s`` ``d`` ``1``), what people read, its label's name.
    """

    name: str
    unit: str
    title: str
    label: str | None = None


@dataclass(slots=True)
class Result:
    """What one run found.

    ``metrics`` holds finite numbers in the units declared; ``duration`` is in seconds.
    """

    state: State
    code: str
    params: Mapping[str, Parameter] = field(default_factory=dict)
    metrics: Mapping[MetricKey, float] = field(default_factory=dict)
    duration: float = 0.0


Done = Callable[[Result], None]


class CheckSettings(BaseModel):
    """Base of all settings of kinds: unknown keys are refused, values do not change after validation."""

    model_config = ConfigDict(extra="forbid", frozen=True)


SettingsT = TypeVar("SettingsT", bound=CheckSettings)


class Check(ABC, Generic[SettingsT]):
    """One kind of check.

    A process makes one object of it, which may keep sockets; ``close`` gives them back.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    icon: ClassVar[str]
    description: ClassVar[str]
    texts: ClassVar[Mapping[str, str]]
    metrics: ClassVar[tuple[Metric, ...]]
    Settings: ClassVar[type[CheckSettings]]

    @abstractmethod
    async def run(self, settings: SettingsT, timeout: float) -> Result:
        """Measure once, within ``timeout`` seconds.

        What is wrong with the target is a Result, not an exception.
        """

    def close(self) -> None:
        """Give back sockets and threads."""


class BatchedCheck(Check[SettingsT]):
    """A hot kind.

    Started without a coroutine, ends by calling ``done`` exactly once, in the event loop's thread.
    """

    @abstractmethod
    def start(self, settings: SettingsT, timeout: float, done: Done) -> None:
        """Begin one run; it observes ``timeout`` itself."""

    async def run(self, settings: SettingsT, timeout: float) -> Result:
        """Run once and wait for the result."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self.start(settings, timeout, lambda result: None if future.done() else future.set_result(result))
        return await future


AnyCheck = Check[Any]


def text_template(kind: type[AnyCheck] | None, code: str) -> str | None:
    """Return the untranslated template of a text code, or None if it is unknown."""
    own = kind.texts.get(code) if kind else None
    return own if own is not None else COMMON_TEXTS.get(code)


def render_text(
    kind: type[AnyCheck] | None,
    code: str,
    params: Mapping[str, Parameter],
    translate: Callable[[str], str] = str,
) -> str:
    """Return a text for people; ``translate`` is gettext. What cannot be rendered is shown as its code."""
    template = text_template(kind, code)
    if template is None:
        return code
    more = params.get("more")
    try:
        text = translate(template) % params
        return f"{text} {translate(COMMON_TEXTS['more']) % params}" if more else text
    except (KeyError, TypeError, ValueError):
        return code


def worst(states: list[State]) -> State:
    """Return the most severe of ``states``; good if there is none."""
    return max(states, key=SEVERITY.__getitem__, default=State.GOOD)


def metric_of(kind: type[AnyCheck], name: str) -> Metric | None:
    """Return the declaration of the metric ``name`` of ``kind``."""
    return next((metric for metric in kind.metrics if metric.name == name), None)


_NOT_THE_TARGET = frozenset({"name.no_resolver", "probe.exhausted"})


def failure(code: str, params: Mapping[str, Parameter]) -> Result:
    """Return the result of a failed look-up or connection: unknown where the fault lies with the probe."""
    return Result(State.UNKNOWN if code in _NOT_THE_TARGET else State.BAD, code, params)


def crashed(error: Exception) -> Result:
    """Return the result of a run that ended by a fault in the check's own code."""
    return Result(State.UNKNOWN, "check.failed", {"error": f"{type(error).__name__}: {error}"[:200]})


def connection_params(target: str, timeout: float, error: str) -> dict[str, Parameter]:
    """Return the parameters of the common texts about connections."""
    return {"target": target, "seconds": round(timeout, 1), "error": error}


def finite(value: float) -> bool:
    """Tell whether a metric's value may be sent: neither infinite nor not-a-number."""
    return math.isfinite(value)
