"""TCP: can a connection be made, and does the service greet as it should."""

import asyncio
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from drifta.probe.check import (
    BatchedCheck,
    CheckSettings,
    Done,
    Metric,
    Metrics,
    Result,
    State,
    connection_params,
    failure,
)
from drifta.probe.engines.stream import Stream, StreamEngine
from drifta.probe.launch import Launcher
from drifta.probe.registry import KINDS
from drifta.probe.thresholds import above, check_order, host_field, port_field, time_bad, time_warning
from drifta.words import gettext_noop as _

_READ_LIMIT = 65536
_ESCAPES = {"\\r": "\r", "\\n": "\n", "\\t": "\t", "\\\\": "\\"}


class TcpSettings(CheckSettings):
    """Where to connect, what to say and what to hear."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"host": "192.0.2.7", "port": 25, "expect": "220 "}]})

    host: str = host_field()
    port: int = port_field()
    send: str = Field(
        "",
        max_length=1000,
        title=_("Send"),
        description=_("Text sent after connecting; \\r, \\n and \\t stand for control characters."),
    )
    expect: str = Field("", max_length=1000, title=_("Expect"), description=_("Text that the answer must contain."))
    time_warning: float | None = time_warning()
    time_bad: float | None = time_bad()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.time_warning, self.time_bad)
        return self

    @property
    def target(self) -> str:
        """Host and port, as people write them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class _Expectation:
    """Reads until the expected text has come."""

    def __init__(self, expected: str) -> None:
        self._expected = expected.encode()
        self.heard = b""

    @property
    def met(self) -> bool:
        """Whether the text has come."""
        return self._expected in self.heard

    def feed(self, data: bytes) -> bool:
        """Take the next bytes."""
        self.heard += data
        return self.met or len(self.heard) > _READ_LIMIT

    def end(self) -> bool:
        """The peer closed: judged by what was heard."""
        return True


@KINDS.register
class Tcp(BatchedCheck[TcpSettings]):
    """A TCP connection, for thousands of services at once."""

    kind = "tcp"
    label = _("TCP port")
    icon = "plug"
    description = _("Does a service accept connections on its port, and greet with the expected text?")
    texts = {
        "tcp.connected": _("The service accepts connections."),
        "tcp.unexpected": _("The service did not answer with the expected text."),
        "tcp.slow": _("The service answers slowly: %(milliseconds)s ms."),
    }
    metrics = (Metric("time", "s", _("Response time")),)
    Settings = TcpSettings

    def __init__(self) -> None:
        self._engine: StreamEngine | None = None
        self._launcher: Launcher[TcpSettings] = Launcher(self._connect)

    def start(self, settings: TcpSettings, timeout: float, done: Done) -> None:
        """Connect to ``settings.host``; a name that is not known yet is looked up first."""
        self._launcher.start(settings.host, settings, timeout, done)

    def close(self) -> None:
        """Stop watching sockets."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _connect(self, address: str, settings: TcpSettings, timeout: float, done: Done) -> None:
        if self._engine is None:
            self._engine = StreamEngine(asyncio.get_running_loop())
        request = _unescape(settings.send).encode() if settings.send else b""
        expectation = _Expectation(settings.expect) if settings.expect else None

        def ended(stream: Stream) -> None:
            done(_judge(settings, timeout, stream, expectation))

        self._engine.open(address, settings.port, timeout, request, expectation, ended)


def _judge(settings: TcpSettings, timeout: float, stream: Stream, expectation: _Expectation | None) -> Result:
    metrics: Metrics = {"time": stream.total} if stream.connected else {}
    if stream.problem is not None:
        params = connection_params(settings.target, timeout, stream.error)
        return failure(stream.problem.value, params)
    if expectation is not None and not expectation.met:
        return Result(State.BAD, "tcp.unexpected", {}, metrics)
    state = above(stream.total, settings.time_warning, settings.time_bad)
    if state is State.GOOD:
        return Result(state, "tcp.connected", {}, metrics)
    return Result(state, "tcp.slow", {"milliseconds": round(stream.total * 1000, 1)}, metrics)


def _unescape(text: str) -> str:
    for escape, character in _ESCAPES.items():
        text = text.replace(escape, character)
    return text
