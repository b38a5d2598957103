"""ICMP, TCP, DNS and the machine itself against real counterparts."""

import asyncio
import ctypes
import dataclasses
import os
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from drifta.probe.check import Result, State
from drifta.probe.checks import host as host_module
from drifta.probe.checks.host import Host, HostSettings, judge
from drifta.probe.checks.icmp import Icmp, IcmpSettings
from drifta.probe.machine import Disk, Observer, Snapshot, Traffic
from drifta.probe.sntp import NoTime, clock_offset
from drifta.probe.tests.conftest import PLENTY, measure, run
from drifta.probe.tests.peers import deaf_port, listen, name_server, says, time_server

#: CLONE_NEWNET of unshare(2).
NEW_NETWORK = 0x40000000

raw_icmp = pytest.mark.skipif(os.geteuid() != 0, reason="raw ICMP sockets need root or CAP_NET_RAW")


# -- icmp ------------------------------------------------------------------------------------------------------


@raw_icmp
@pytest.mark.parametrize("target", ["127.0.0.1", "::1", "127.200.3.4", "localhost"])
def test_a_host_that_answers(target: str) -> None:
    began = time.time()
    result = run(measure("icmp", host=target, packets=3))
    ended = time.time()
    assert (result.state, result.code) == (State.GOOD, "icmp.answers")
    assert result.metrics["loss"] == 0
    assert 0 <= 3 * result.metrics["time"] <= ended - began


def without_a_route(work: Coroutine[object, object, Result]) -> Result:
    """Run a coroutine in a thread whose network is its own, and empty."""

    def cut_off() -> Result:
        assert ctypes.CDLL(None).unshare(NEW_NETWORK) == 0
        return run(work)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(cut_off).result()


@raw_icmp
def test_a_host_without_a_route_is_unreachable_at_once() -> None:
    result = without_a_route(measure("icmp", host="192.0.2.1"))
    assert (result.state, result.code) == (State.BAD, "icmp.unreachable")
    assert result.metrics == {"loss": 100.0}


@raw_icmp
def test_slow_is_judged_by_the_thresholds() -> None:
    result = run(measure("icmp", host="127.0.0.1", time_warning=1e-9))
    assert (result.state, result.code) == (State.WARNING, "icmp.slow")


@raw_icmp
def test_two_thousand_hosts_at_once_lose_nothing() -> None:
    async def go() -> list[Result]:
        check = Icmp()
        settings = [
            IcmpSettings(host=f"127.{number % 7 + 1}.{number // 200}.{number % 200 + 1}", packets=1)
            for number in range(2000)
        ]
        try:
            return await asyncio.gather(*(check.run(one, PLENTY) for one in settings))
        finally:
            check.close()

    assert [result.state for result in run(go())] == [State.GOOD] * 2000


AS_NOBODY = """
import asyncio, os
from pathlib import Path
from drifta.probe.registry import KINDS
from drifta.probe.tests.conftest import measure
KINDS.load()
if {opened}:
    Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 65535")
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
result = asyncio.run(measure("icmp", host="127.0.0.1"))
print(int(result.state), result.code)
"""


@raw_icmp
@pytest.mark.parametrize(("opened", "told"), [(False, "3 icmp.not_permitted"), (True, "0 icmp.answers")])
def test_an_ordinary_user_pings_if_the_machine_allows_it_and_else_hears_the_mend(opened: bool, told: str) -> None:
    """In a network namespace of its own, where the range of groups can be set."""
    inside = 'ip link set lo up && exec "$0" -c "$1"'
    command = ["unshare", "--net", "sh", "-c", inside, sys.executable, AS_NOBODY.format(opened=opened)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == told, done.stderr


def test_thresholds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ValidationError):
        IcmpSettings(host="x", loss_warning=50, loss_bad=10)
    with pytest.raises(ValidationError):
        IcmpSettings(host="x", time_warning=5, time_bad=1)


# -- tcp -------------------------------------------------------------------------------------------------------


def test_a_port_that_greets() -> None:
    async def go() -> tuple[Result, Result, Result]:
        async with listen(says(b"220 mail.example.org ESMTP\r\n")) as port:
            return (
                await measure("tcp", host="127.0.0.1", port=port),
                await measure("tcp", host="127.0.0.1", port=port, expect="220 "),
                await measure("tcp", host="localhost", port=port, expect="SSH-2.0"),
            )

    plain, greeted, wrong = run(go())
    assert (plain.state, plain.code) == (State.GOOD, "tcp.connected")
    assert greeted.state == State.GOOD
    assert (wrong.state, wrong.code) == (State.BAD, "tcp.unexpected")
    assert plain.metrics["time"] > 0


def test_a_conversation() -> None:
    async def echo(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        line = await incoming.readline()
        outgoing.write(b"you said " + line)
        await incoming.read()
        outgoing.close()

    async def go() -> Result:
        async with listen(echo) as port:
            return await measure("tcp", host="127.0.0.1", port=port, send="PING\\r\\n", expect="you said PING\r\n")

    assert run(go()).state == State.GOOD


def test_a_long_request_to_a_slow_reader_is_sent_whole() -> None:
    heard: list[int] = []

    async def slow(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        data = await incoming.readuntil(b"END")
        heard.append(len(data))
        outgoing.write(b"got it")
        outgoing.close()

    async def go() -> Result:
        async with listen(slow) as port:
            text = "x" * 900 + "END"
            return await measure("tcp", host="127.0.0.1", port=port, send=text, expect="got it")

    assert run(go()).state == State.GOOD
    assert heard == [903]


# -- dns -------------------------------------------------------------------------------------------------------


def ask(prepare: object = None, timeout: float = PLENTY, **settings: object) -> Result:
    async def go() -> Result:
        async with name_server() as (server, port):
            server.zone = {
                ("www.example.org", "A"): ["192.0.2.80", "192.0.2.81"],
                ("example.org", "MX"): ["10 mail.example.org."],
                ("example.org", "TXT"): ['"v=spf1 -all"'],
            }
            if callable(prepare):
                prepare(server)
            return await measure("dns", timeout, **{"resolver": "127.0.0.1", "port": port, **settings})

    return run(go())


def test_names_answer_as_expected() -> None:
    good = ask(name="www.example.org", expect=["192.0.2.81", "192.0.2.80"], exact=True)
    assert (good.state, good.params["answers"]) == (State.GOOD, "192.0.2.80, 192.0.2.81")
    assert ask(name="Example.ORG", record="MX", expect=["10 Mail.example.org"]).state == State.GOOD
    assert ask(name="example.org", record="TXT", expect=['"v=spf1 -all"']).state == State.GOOD


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"name": "gone.example.org"}, "dns.nxdomain"),
        ({"name": "www.example.org", "record": "AAAA"}, "dns.empty"),
        ({"name": "www.example.org", "expect": ["192.0.2.99"]}, "dns.missing"),
        ({"name": "www.example.org", "expect": ["192.0.2.80"], "exact": True}, "dns.unexpected"),
    ],
)
def test_wrong_answers_are_told_apart(settings: dict, code: str) -> None:
    result = ask(**settings)
    assert (result.state, result.code) == (State.BAD, code)


def test_an_error_code_of_the_server_is_said() -> None:
    result = ask(lambda server: setattr(server, "rcode", 2), name="www.example.org")
    assert (result.code, result.params["rcode"]) == ("dns.rcode", "SERVFAIL")


def test_a_lost_datagram_is_asked_again() -> None:
    result = ask(lambda server: setattr(server, "silent", 1), timeout=6.0, name="www.example.org")
    assert result.state == State.GOOD


def test_a_truncated_answer_is_fetched_over_tcp() -> None:
    assert ask(lambda server: setattr(server, "truncate", True), name="www.example.org").state == State.GOOD


# -- host ------------------------------------------------------------------------------------------------------

WELL = Snapshot(
    cpu=10,
    load=0.5,
    cores=2,
    memory=40,
    memory_free=1 << 30,
    swap=None,
    uptime=1000,
    disks={"/": Disk(50, 1 << 30, 10), "/srv": Disk(20, 1 << 30, None)},
    traffic={"eth0": Traffic(10, 20, 0)},
)


def test_this_machine_tells_its_values() -> None:
    async def go() -> tuple[Result, Result]:
        check = Host()
        try:
            return await check.run(HostSettings(), PLENTY), await check.run(HostSettings(), PLENTY)
        finally:
            check.close()

    first, second = run(go())
    assert "cpu.used_percent" not in first.metrics
    for result in (first, second):
        assert 0 < result.metrics["memory.used_percent"] < 100
        assert 0 < result.metrics["disk.used_percent", "/"] <= 100
        assert result.metrics["disk.free", "/"] > 0
        assert result.metrics["uptime"] > 0


def test_rates_come_from_two_looks() -> None:
    observer = Observer()
    assert observer.look().cpu is None
    end = time.monotonic() + PLENTY
    while (busy := observer.look().cpu) is None:  # until the system's counters have moved
        assert time.monotonic() < end
    assert 0 <= busy <= 100


@pytest.mark.parametrize(
    ("change", "code", "state"),
    [
        ({"cpu": 96}, "host.cpu", State.WARNING),
        ({"load": 11}, "host.load", State.BAD),
        ({"memory": 98}, "host.memory", State.BAD),
        ({"swap": 61}, "host.swap", State.WARNING),
        ({"disks": {"/srv": Disk(97, 5, 1)}}, "host.disk", State.BAD),
        ({"disks": {"/srv": Disk(20, 5, 90)}}, "host.inodes", State.WARNING),
    ],
)
def test_each_value_is_judged(change: dict, code: str, state: State) -> None:
    limits = HostSettings(cpu_warning=95, cpu_bad=100)
    findings, _metrics = judge(limits, dataclasses.replace(WELL, **change))
    assert [(one.code, one.state) for one in findings] == [(code, state)]
    assert judge(HostSettings(), WELL)[0] == []


def test_the_load_is_told_as_it_is_judged() -> None:
    findings, metrics = judge(HostSettings(load_warning=2), dataclasses.replace(WELL, load=3.8, cores=2))
    assert findings == []
    assert metrics["load.per_core"] == 1.9


def test_being_busy_is_no_fault_unless_somebody_says_so() -> None:
    findings, metrics = judge(HostSettings(), dataclasses.replace(WELL, cpu=100))
    assert findings == []
    assert metrics["cpu.used_percent"] == 100


def test_the_worst_speaks_and_the_others_are_counted() -> None:
    seen = dataclasses.replace(WELL, memory=91, disks={"/srv": Disk(99, 5, 1)}, swap=70)
    result = host_module._result(*judge(HostSettings(), seen))
    assert (result.state, result.code, result.params["more"]) == (State.BAD, "host.disk", 2)


def test_failed_units_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    fake = tmp_path / "systemctl"
    fake.write_text("#!/bin/sh\necho 'nginx.service loaded failed failed A server'\necho 'x.timer loaded failed'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(host_module, "has_systemd", lambda: True)
    monkeypatch.setattr(Observer, "look", lambda _self, _left_out: WELL)
    result = run(measure("host", services_left_out=["x.timer"]))
    assert (result.state, result.code) == (State.WARNING, "host.services")
    assert result.params["units"] == "nginx.service"
    assert result.metrics["services.failed"] == 1


@pytest.mark.parametrize("offset", [-86400.0, -2.5, 0.0, 40.0])
def test_the_clock_is_compared_with_a_time_server(offset: float) -> None:
    """It cannot be told better than by half of the time that the answer takes."""

    async def go() -> tuple[float, float]:
        async with time_server(offset) as port:
            began = time.monotonic()
            found = await clock_offset("127.0.0.1", PLENTY, port)
            return found, time.monotonic() - began

    found, seconds = run(go())
    assert abs(found - offset) <= seconds / 2 + 1e-3


def test_a_time_server_without_time_is_not_believed() -> None:
    async def go() -> float:
        async with time_server(0, stratum=16) as port:
            return await clock_offset("127.0.0.1", PLENTY, port)

    with pytest.raises(NoTime) as refusal:
        run(go())
    assert refusal.value.code == "host.time_unsynchronised"


def test_nobody_at_the_port_of_the_time_server_is_told_in_words() -> None:
    with deaf_port() as port, pytest.raises(NoTime, match=r"^Connection refused$") as refusal:
        run(clock_offset("127.0.0.1", PLENTY, port))
    assert refusal.value.code == "host.time_refused"


def test_a_silent_time_server_is_told_in_the_readers_language() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(TimeoutError) as refusal:
            run(clock_offset("127.0.0.1", 0.1, port))
    assert host_module._why_no_time(refusal.value) in Host.texts
