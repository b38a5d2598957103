"""What every kind of check promises, whatever it measures."""

import asyncio
import json
import re
import socket

import pytest
from pydantic import SecretStr, ValidationError

from drifta.probe.check import AnyCheck, Result, State, metric_of, render_text, text_template
from drifta.probe.engines.poller import _SWEEP
from drifta.probe.registry import KINDS, Kinds
from drifta.probe.tests.conftest import measure, run
from drifta.probe.tests.leaping import run_in_leaps
from drifta.probe.tests.peers import listen, reserved_port

PLACES = re.compile(r"%\((\w+)\)s")
every_kind = pytest.mark.parametrize("kind", KINDS.load().all(), ids=lambda kind: kind.kind)

# What makes each network kind talk to a given address and port.
AIM = {
    "icmp": lambda host, port: {"host": host},
    "tcp": lambda host, port: {"host": host, "port": port, "expect": "never"},
    "http": lambda host, port: {
        "url": f"http://{host}:{port}/",
        "username": "dag",
        "password": "hunter2-secret",
    },
    "tls": lambda host, port: {"host": host, "port": port},
    "dns": lambda host, port: {"name": "example.org", "resolver": host, "port": port},
}


def test_all_files_load() -> None:
    assert KINDS.broken == {}
    assert KINDS.names() == ["dns", "host", "http", "icmp", "tcp", "tls"]


@every_kind
def test_it_describes_itself(kind: type[AnyCheck]) -> None:
    for text in (kind.kind, kind.label, kind.icon, kind.description):
        assert text
    assert kind.texts
    assert kind.metrics
    assert len({metric.name for metric in kind.metrics}) == len(kind.metrics)
    assert {metric.unit for metric in kind.metrics} <= {"s", "%", "B", "B/s", "1/s", "d", "1"}


@every_kind
def test_every_setting_has_title_and_description(kind: type[AnyCheck]) -> None:
    for name, field in kind.Settings.model_fields.items():
        assert field.title, name
        assert field.description, name


@every_kind
def test_the_example_is_valid_and_unknown_keys_are_refused(kind: type[AnyCheck]) -> None:
    examples = kind.Settings.model_config["json_schema_extra"]["examples"]
    for example in examples:
        kind.Settings.model_validate(example)
        with pytest.raises(ValidationError):
            kind.Settings.model_validate(example | {"nobody_knows": 1})
    json.dumps(kind.Settings.model_json_schema())


@every_kind
def test_every_text_can_be_rendered(kind: type[AnyCheck]) -> None:
    for code, template in kind.texts.items():
        params = dict.fromkeys(PLACES.findall(template), "x")
        text = render_text(kind, code, params)
        assert text != code
        assert "%" not in text.replace(" %", "")
        assert render_text(kind, code, params | {"more": 2}).endswith("And 2 more.")


@pytest.mark.parametrize("name", sorted(AIM))
def test_the_timeout_is_honoured(name: str) -> None:
    async def silence(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        await incoming.read()
        outgoing.close()

    async def go() -> tuple[Result, float]:
        async with listen(silence) as port:
            host = "240.1.2.3" if name == "icmp" else "127.0.0.1"
            clock = asyncio.get_running_loop().time
            began = clock()
            result = await measure(name, 0.4, **AIM[name](host, port))
            return result, clock() - began

    result, seconds = run_in_leaps(go())
    assert result.state == State.BAD
    assert seconds <= 0.4 + 3 * _SWEEP
    if name != "icmp":
        assert result.code == "timeout"


@pytest.mark.parametrize(
    ("number", "state", "code"),
    [
        (socket.EAI_NONAME, State.BAD, "name.unresolved"),
        (socket.EAI_AGAIN, State.UNKNOWN, "name.no_resolver"),
    ],
)
@pytest.mark.parametrize("name", sorted(set(AIM) - {"dns"}))
def test_a_missing_name_is_bad_and_a_missing_resolver_unknown(
    name: str, number: int, state: State, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver's answers are played: a machine without any name server must run this test too."""

    def resolve(*_arguments: object, **_options: object) -> None:
        raise socket.gaierror(number, "the resolver's words")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    result = run(measure(name, **AIM[name]("mail.example.org", 80)))
    assert (result.state, result.code) == (state, code)
    assert "mail.example.org" in render_text(KINDS.get(name), result.code, result.params)


@pytest.mark.parametrize("name", sorted(set(AIM) - {"icmp", "dns"}))
def test_a_closed_port_is_said(name: str) -> None:
    with reserved_port() as port:
        result = run(measure(name, **AIM[name]("127.0.0.1", port)))
    assert (result.state, result.code) == (State.BAD, "connection.refused")


@pytest.mark.parametrize("name", sorted(AIM))
def test_results_are_clean(name: str) -> None:
    """Declared metrics, known codes with all parameters, no secrets."""

    async def shout(_incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        outgoing.write(b"garbage \xff\x00 hunter\r\n\r\n")
        outgoing.close()

    async def go() -> Result:
        async with listen(shout) as port:
            return await measure(name, 1.0, **AIM[name]("127.0.0.1", port))

    result = run(go())
    kind = KINDS.get(name)
    assert text_template(kind, result.code) is not None
    assert render_text(kind, result.code, result.params) != result.code
    assert all(metric_of(kind, key if isinstance(key, str) else key[0]) for key in result.metrics)
    assert "hunter2" not in repr(result)
    assert all(not isinstance(value, SecretStr) for value in result.params.values())


def test_a_broken_plug_in_is_kept_apart_and_a_double_name_is_refused() -> None:
    kinds = Kinds()

    class Point:
        name = "broken"

        def load(self) -> None:
            raise ImportError("no such module")

    kinds._plug_in(Point())  # type: ignore[arg-type]
    assert kinds.broken == {"broken": "ImportError: no such module"}
    other = type("Other", (), {"kind": "icmp", "__module__": "plugin"})
    with pytest.raises(ValueError, match="already registered"):
        KINDS.register(other)  # type: ignore[type-var]
