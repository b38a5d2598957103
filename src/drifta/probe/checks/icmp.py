"""ICMP echo: does the host answer, how fast, and how much is lost."""

import asyncio
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from drifta.probe.check import BatchedCheck, CheckSettings, Done, Metric, Metrics, Parameter, Result, State
from drifta.probe.engines.echo import EchoEngine, NotPermitted, Outcome
from drifta.probe.launch import Launcher
from drifta.probe.registry import KINDS
from drifta.probe.thresholds import above, check_order, host_field, time_bad, time_warning
from drifta.words import gettext_noop as _


class IcmpSettings(CheckSettings):
    """What to ping and which losses and times count as bad."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"host": "192.0.2.7", "packets": 3}]})

    host: str = host_field()
    packets: int = Field(
        3, ge=1, le=20, title=_("Packets"), description=_("Echo requests in one run, one after the other.")
    )
    loss_warning: float = Field(
        20.0,
        gt=0,
        le=100,
        title=_("Loss for a warning, %"),
        description=_("Lost share from which on to warn."),
    )
    loss_bad: float = Field(
        100.0, gt=0, le=100, title=_("Loss for bad, %"), description=_("Lost share from which on it is bad.")
    )
    time_warning: float | None = time_warning()
    time_bad: float | None = time_bad()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.loss_warning, self.loss_bad)
        check_order(self.time_warning, self.time_bad)
        return self


_GOOD = State.GOOD
_NOTHING: dict[str, Parameter] = {}


class _Run:
    """One run: requests one after the other, each with its share of the time."""

    __slots__ = (
        "_address",
        "_done",
        "_engine",
        "_share",
        "_times",
        "lost",
        "sent",
        "settings",
        "unreachable",
    )

    def __init__(self, engine: EchoEngine, address: str, settings: IcmpSettings, share: float, done: Done) -> None:
        self._engine = engine
        self._address = address
        self._share = share
        self._done = done
        self._times: list[float] = []
        self.settings = settings
        self.sent = 0
        self.lost = 0
        self.unreachable = 0

    def next(self) -> None:
        """Send the next request."""
        self.sent += 1
        self._engine.send(self._address, self._share, self._answered)

    def _answered(self, outcome: Outcome, seconds: float) -> None:
        if outcome is Outcome.REPLY:
            self._times.append(seconds)
        else:
            self.lost += 1
            self.unreachable += outcome is Outcome.UNREACHABLE
        if self.sent < self.settings.packets:
            self.next()
        else:
            self._done(self._result())

    def _result(self) -> Result:
        settings = self.settings
        if not self.lost and settings.time_warning is None and settings.time_bad is None:
            average = sum(self._times) / self.sent
            return Result(_GOOD, "icmp.answers", _NOTHING, {"time": average, "loss": 0.0})
        loss = 100.0 * self.lost / self.sent
        state = above(loss, settings.loss_warning, settings.loss_bad)
        if not self._times:
            code = "icmp.unreachable" if self.unreachable else "icmp.silent"
            return Result(state, code, self._counts(), {"loss": loss})
        average = sum(self._times) / len(self._times)
        metrics: Metrics = {"time": average, "loss": loss}
        if state is not State.GOOD:
            return Result(state, "icmp.loss", self._counts(), metrics)
        state = above(average, settings.time_warning, settings.time_bad)
        if state is State.GOOD:
            return Result(state, "icmp.answers", {}, metrics)
        return Result(state, "icmp.slow", {"milliseconds": round(average * 1000, 1)}, metrics)

    def _counts(self) -> dict[str, int]:
        return {"received": self.sent - self.lost, "sent": self.sent}


@KINDS.register
class Icmp(BatchedCheck[IcmpSettings]):
    """Ping, for thousands of hosts at once."""

    kind = "icmp"
    label = _("Ping (ICMP)")
    icon = "radar"
    description = _("Does the host answer echo requests, how fast, and how many are lost?")
    texts = {
        "icmp.answers": _("The host answers."),
        "icmp.silent": _("No answer: %(received)s of %(sent)s echo requests were answered."),
        "icmp.unreachable": _("Unreachable: a router or this machine knows no way to the host."),
        "icmp.loss": _("Only %(received)s of %(sent)s echo requests were answered."),
        "icmp.slow": _("The host answers slowly: %(milliseconds)s ms."),
        "icmp.not_permitted": _(
            "The probe may not send ICMP. Give it CAP_NET_RAW, or open net.ipv4.ping_group_range."
        ),
    }
    metrics = (Metric("time", "s", _("Round-trip time")), Metric("loss", "%", _("Loss")))
    Settings = IcmpSettings

    def __init__(self) -> None:
        self._engine: EchoEngine | None = None
        self._launcher: Launcher[IcmpSettings] = Launcher(self._ping)

    def start(self, settings: IcmpSettings, timeout: float, done: Done) -> None:
        """Ping ``settings.host``; a name that is not known yet is looked up first."""
        self._launcher.start(settings.host, settings, timeout, done)

    def close(self) -> None:
        """Close the sockets."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _ping(self, address: str, settings: IcmpSettings, timeout: float, done: Done) -> None:
        if self._engine is None:
            self._engine = EchoEngine(asyncio.get_running_loop())
        share = round(timeout / settings.packets, 2) or 0.01
        try:
            _Run(self._engine, address, settings, share, done).next()
        except NotPermitted:
            done(Result(State.UNKNOWN, "icmp.not_permitted"))
