"""The whole probe as a process against a server: outages, crashes, wrong keys, TLS. Nothing lost, nothing doubled."""

import asyncio
import os
import signal
import ssl
import sys
from array import array
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from drifta.probe.batch import CHANGED, DEMANDED, HARD, LATE
from drifta.probe.check import State
from drifta.probe.tests.conftest import PLENTY, run
from drifta.probe.tests.fake_server import KEY, FakeServer, problem, serve
from drifta.probe.tests.peers import Authority, listen, reserved_port

pytestmark = pytest.mark.slow

PROGRAM = ("-m", "drifta.probe")
#: A probe that writes at once what is urgent, and everything else an hour later; its arguments follow.
SLOW_WRITER = (
    "-c",
    """
import sys
from drifta.probe import __main__, main
main._WRITE_EVERY = 3600.0
raise SystemExit(__main__.main(sys.argv[1:]))
""",
)
#: Seconds in which happens what happens at once: less than the assignments' long poll would take by itself.
AT_ONCE = 20.0


def tcp(identifier: int, port: int, **changes: Any) -> dict[str, Any]:
    settings = {"host": "127.0.0.1", "port": port}
    return {"id": identifier, "kind": "tcp", "settings": settings, "interval": 1, "retry_interval": 1, **changes}


class Process:
    """A probe process and what it logs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.log = ""
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log += line.decode()

    async def says(self, text: str, seconds: float = 2 * PLENTY) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while text not in self.log:
            assert asyncio.get_running_loop().time() < end, f"{text!r} was not said in {seconds} s: {self.log}"
            await asyncio.sleep(0.02)

    async def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(PLENTY):
            code = await self.process.wait()
            await self._reading
        return code


class Visits:
    """A service that counts who connects."""

    def __init__(self) -> None:
        self.count = 0
        self._came = asyncio.Event()

    def talk(self, _incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        self.count += 1
        self._came.set()
        outgoing.close()

    async def more(self, number: int) -> None:
        """Wait until so many have come from now on."""
        wanted = self.count + number
        async with asyncio.timeout(2 * PLENTY):
            while self.count < wanted:
                self._came.clear()
                await self._came.wait()


@asynccontextmanager
async def probe(folder: Path, url: str, *more: str, program: tuple[str, ...] = PROGRAM) -> AsyncIterator[Process]:
    key = folder / "key"
    if not key.exists():
        key.write_text(KEY + "\n")
    command = [sys.executable, *program, "--server", url, "--key-file", str(key)]
    process = Process(
        await asyncio.create_subprocess_exec(
            *command, "--data", str(folder / "data"), *more, stderr=asyncio.subprocess.PIPE
        )
    )
    try:
        yield process
    finally:
        if process.process.returncode is None:
            await process.end(signal.SIGKILL)


def rows(server: FakeServer) -> list[tuple[int, int, int, int]]:
    """Return (check, time, state, flags) of everything stored, in order of sequence."""
    found: list[tuple[int, int, int, int]] = []
    for _identity, body in sorted(server.bodies.items()):
        times = array("q", body.time)
        found += zip(array("I", body.check), times, body.state, body.flags, strict=True)
    return found


def assert_whole(server: FakeServer) -> None:
    """One journal, no sequence missing, no run twice, time in order."""
    assert len(server.acknowledged) == 1
    sequences = sorted(sequence for _journal, sequence in server.bodies)
    assert sequences == list(range(1, len(sequences) + 1))
    found = rows(server)
    assert len({(check, moment) for check, moment, _, _ in found}) == len(found)
    for check in {one[0] for one in found}:
        moments = [one[1] for one in found if one[0] == check]
        assert moments == sorted(moments)


def test_a_probe_reports_as_soon_as_it_is_connected(tmp_path: Path) -> None:
    async def go() -> None:
        server = FakeServer()
        async with serve(server) as url, probe(tmp_path, url, program=SLOW_WRITER):
            await server.until(lambda: server.bodies)

    run(go())


def test_a_new_check_a_change_and_a_demand_arrive_at_once(tmp_path: Path) -> None:
    async def go() -> None:
        server = FakeServer()
        hourly = {"interval": 3600, "retry_interval": 3600}
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(serve(server))
            port = await stack.enter_async_context(listen(lambda _i, o: o.close()))
            nobody = stack.enter_context(reserved_port())
            process = await stack.enter_async_context(probe(tmp_path, url, program=SLOW_WRITER))
            await process.says("Connected")
            server.assign(tcp(7, port, **hourly))
            await server.until(lambda: server.rows == 1, AT_ONCE)
            server.assign(tcp(7, port, **hourly, run_now="again"))
            await server.until(lambda: server.rows == 2, AT_ONCE)
            assert [body.runs for body in server.bodies.values() if body.runs] == [{0: "again"}]
            assert rows(server)[1][3] & DEMANDED
            server.assign(tcp(7, nobody, **hourly, version=2))
            await server.until(lambda: server.rows == 3, AT_ONCE)
            assert rows(server)[2][2] == State.BAD
            assert await process.end() == 0
        hello = server.hellos[0]
        assert hello["kinds"] == ["dns", "host", "http", "icmp", "tcp", "tls"]
        assert hello["journal"] == next(iter(server.acknowledged))

    run(go())


def test_soft_hard_and_recovery_as_the_server_sees_them(tmp_path: Path) -> None:
    async def go() -> None:
        server = FakeServer()
        async with AsyncExitStack() as stack:
            port = stack.enter_context(reserved_port())
            server.assign(tcp(1, port, retries=1))
            async with serve(server) as url, probe(tmp_path, url):
                await server.until(lambda: server.rows >= 2)
                await stack.enter_async_context(listen(lambda _i, o: o.close(), port=port))
                await server.until(lambda: rows(server)[-1][2] == State.GOOD)
        changed = [(state, flags & HARD) for _, _, state, flags in rows(server) if flags & CHANGED]
        assert changed == [(State.BAD, 0), (State.BAD, HARD), (State.GOOD, HARD)]
        texts = [text for body in server.bodies.values() for text in body.texts.values()]
        assert [code for code, _ in texts] == ["connection.refused", "connection.refused", "tcp.connected"]

    run(go())


def test_an_outage_is_bridged_and_its_rows_are_late(tmp_path: Path) -> None:
    async def go() -> None:
        server, visits = FakeServer(), Visits()
        async with listen(visits.talk) as target, AsyncExitStack() as stack:
            port = stack.enter_context(reserved_port())
            server.assign(*(tcp(number, target) for number in range(1, 21)))
            async with serve(server, port) as url:
                process = await stack.enter_async_context(probe(tmp_path, url))
                await server.until(lambda: server.rows >= 40)
            await process.says("No connection")
            before = server.rows
            await visits.more(60)  # the outage: at most one run of each check has begun and not ended
            async with serve(server, port):
                await server.until(lambda: server.rows >= before + 60)
                assert await process.end() == 0
        assert_whole(server)
        late = [bool(flags & LATE) for _, _, _, flags in rows(server)]
        assert 20 <= sum(late) < len(late)
        lost = [line for line in process.log.splitlines() if "No connection" in line]
        assert len(lost) == len(set(lost)), "each reason is said once"
        assert process.log.count("Connected to") == 2

    run(go())


def test_kill_9_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async def go() -> None:
        server = FakeServer()
        async with serve(server) as url, listen(lambda _i, o: o.close()) as target:
            server.assign(*(tcp(number, target) for number in range(1, 51)))
            for _round in range(4):
                async with probe(tmp_path, url) as process:
                    reached = server.rows + 60
                    server.lose_answers = 1
                    await server.until(lambda reached=reached: server.rows >= reached)
                    await process.end(signal.SIGKILL)
            async with probe(tmp_path, url) as process:
                reached = server.rows + 50
                await server.until(lambda: server.rows >= reached)
                assert await process.end() == 0
        assert_whole(server)
        assert server.lose_answers == 0

    run(go())


def test_a_start_while_cut_off_goes_on_with_what_is_known(tmp_path: Path) -> None:
    async def go() -> None:
        server, visits = FakeServer(), Visits()
        async with listen(visits.talk) as target, AsyncExitStack() as stack:
            port = stack.enter_context(reserved_port())
            server.assign(tcp(1, target))
            async with serve(server, port) as url, probe(tmp_path, url) as process:
                await server.until(lambda: server.rows >= 1)
                await process.end()
            async with probe(tmp_path, url) as process:
                await process.says("Going on with 1 checks")
                await process.says("No connection")
                await visits.more(2)  # measuring alone
                before = server.rows
                async with serve(server, port):
                    await server.until(lambda: server.rows >= before + 2)
                    await process.end()
        assert_whole(server)
        assert (tmp_path / "data" / "assignments.json").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700

    run(go())


def test_a_wrong_key_is_said_once_and_results_wait(tmp_path: Path) -> None:
    async def go() -> None:
        server = FakeServer()
        server.key = "another"
        async with serve(server) as url, listen(lambda _i, o: o.close()) as target:
            server.assign(tcp(1, target))
            async with probe(tmp_path, url) as process:
                await process.says("does not accept this probe's key")
                await asyncio.sleep(1.5)  # long enough for two more attempts
                assert process.log.count("does not accept") == 1
                server.key = KEY
                await server.until(lambda: server.rows >= 1)
                await process.end()
        assert_whole(server)
        assert KEY not in process.log

    run(go())


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (lambda: problem(400, "malformed"), True),
        (lambda: problem(413, "too-large"), True),
        (lambda: web.Response(status=413, text="a proxy's own page"), False),
        (lambda: web.Response(status=503, headers={"Retry-After": "1"}), False),
        (lambda: web.Response(status=200, text="<html>a portal's sign-in page</html>"), False),
        (lambda: problem(409, "twin"), False),
    ],
)
def test_one_bad_answer_stops_nothing(tmp_path: Path, answer: Any, refused: bool) -> None:
    async def go() -> None:
        server = FakeServer()
        async with serve(server) as url, listen(lambda _i, o: o.close()) as target:
            server.assign(tcp(1, target))
            server.fail = [answer()]
            async with probe(tmp_path, url) as process:
                await server.until(lambda: server.rows >= 2)
                await process.end()
        first = min(sequence for _journal, sequence in server.bodies)
        assert first == (2 if refused else 1)
        aside = list((tmp_path / "data" / "refused").glob("*.batch"))
        assert len(aside) == int(refused)

    run(go())


@pytest.mark.parametrize("seconds", [86400, -86400])
def test_a_clock_a_day_off_is_said_and_changes_nothing(tmp_path: Path, seconds: int) -> None:
    async def go() -> None:
        server = FakeServer()
        server.clock_offset = seconds
        async with serve(server) as url, listen(lambda _i, o: o.close()) as target:
            server.assign(tcp(1, target))
            async with probe(tmp_path, url) as process:
                await server.until(lambda: server.rows >= 2)
                await process.says("clock differs")
                assert process.log.count("clock differs") == 1
                server.clock_offset = 0
                await process.says("agrees with the server's again")
        assert max(server.ages) < 600_000

    run(go())


def test_https_needs_an_authority_that_is_trusted(tmp_path: Path, authority: Authority) -> None:
    async def go() -> None:
        server = FakeServer()
        context: ssl.SSLContext = authority.context("127.0.0.1")
        async with serve(server, tls=context) as url:
            async with probe(tmp_path, url) as process:
                await process.says("certificate is not trusted")
            async with probe(tmp_path, url, "--ca", str(authority.file)) as process:
                await process.says("Connected")
                assert await process.end() == 0

    run(go())


@pytest.mark.parametrize(
    ("url", "more", "says"),
    [
        ("http://192.0.2.1:8000", [], "would travel in clear"),
        ("gopher://x", [], "begins with http"),
        ("https://192.0.2.1", ["--ca", "/nowhere.pem"], "/nowhere.pem does not exist"),
    ],
)
def test_what_cannot_start_says_so_in_one_line(tmp_path: Path, url: str, more: list[str], says: str) -> None:
    async def go() -> None:
        async with probe(tmp_path, url, *more) as process:
            assert await process.process.wait() == 2
            await process._reading
            assert says in process.log
            assert process.log.count("\n") == 1

    run(go())


def test_a_second_probe_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async def go() -> None:
        async with serve(FakeServer()) as url, probe(tmp_path, url) as first:
            await first.says("started")
            async with probe(tmp_path, url) as second:
                assert await second.process.wait() == 2
                await second._reading
                assert "Another probe runs" in second.log

    run(go())


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_said_and_nothing_is_lost_when_there_is_room_again(tmp_path: Path) -> None:
    """The data directory lies on a file system of 1 MB, in a mount namespace of the probe's own."""

    async def go() -> None:
        server = FakeServer()
        data = tmp_path / "data"
        data.mkdir()
        visits = Visits()
        async with serve(server) as url, listen(lambda _i, o: o.close()) as target, listen(visits.talk) as counted:
            server.assign(*(tcp(number, target if number > 1 else counted) for number in range(1, 61)))
            (tmp_path / "key").write_text(KEY)
            inside = (
                f"mount -t tmpfs -o size=1m tmpfs {data} && exec {sys.executable} -m drifta.probe "
                f"--server {url} --key-file {tmp_path / 'key'} --data {data}"
            )
            process = Process(
                await asyncio.create_subprocess_exec(
                    *("unshare", "--mount", "sh", "-c", inside), stderr=asyncio.subprocess.PIPE
                )
            )
            try:
                await server.until(lambda: server.rows >= 20)
                filler = Path(f"/proc/{process.process.pid}/root{data}/filler")
                fill(filler)
                await process.says("cannot be written")
                filler.unlink()
                await process.says("written to disk again")
                before = server.rows
                await server.until(lambda: server.rows >= before + 20)
                assert await process.end() == 0
            finally:
                await process.end(signal.SIGKILL)
        assert_whole(server)
        assert sum(check == 1 for check, _, _, _ in rows(server)) >= visits.count - 1, "the last run may be cut short"

    run(go())
