"""Active checks: executed, evaluated, buffered (fsynced) and delivered per CPU second of the probe's process.

    python -m bench.checks [--kinds icmp,tcp,http] [--checks 10000] [--interval 2] [--seconds 20] [--out FILE]

The real probe runs as a process of its own; a server that speaks the probe protocol runs here and only
acknowledges. Targets are addresses of 127.0.0.0/8, an nginx of our own for TCP and HTTP. CPU seconds are user +
system time of the probe, read from /proc at both ends of the measured stretch; the server's storing is not in them.
The last row is the punctuality test: 10,000 checks every 10 s.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from drifta.probe.tests.fake_server import KEY, FakeServer, serve

_NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
events {{ worker_connections 8192; }}
http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
server {{ listen {port} backlog=8192; allow 127.0.0.0/8; deny all;
  location / {{ default_type text/plain; return 200 "Drifta bench page\\n"; }} }} }}
"""
BUDGETS = {"icmp": 10_000, "tcp": 8_000, "http": 4_000}
LATENESS_BUDGET = 1.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Row:
    """One measurement."""

    kind: str
    checks: int
    interval: float
    runs_per_second: float
    per_cpu_second: float
    cores: float
    good_percent: float
    lateness_p50: float
    lateness_p99: float
    lateness_max: float
    memory_mb: float
    bytes_per_run: float


def address(number: int) -> str:
    """Return a distinct loopback address."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


def settings(kind: str, number: int, port: int) -> dict[str, Any]:
    """Return the settings of the check ``number``."""
    host = address(number)
    if kind == "icmp":
        return {"host": host, "packets": 1}
    if kind == "tcp":
        return {"host": host, "port": port}
    return {"url": f"http://{host}:{port}/", "contains": "bench page"}


def cpu_seconds(process: int) -> float:
    """Return user + system seconds of a process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def stop(process: asyncio.subprocess.Process) -> None:
    """End a process, also one that has ended by itself."""
    with suppress(ProcessLookupError):
        process.terminate()
    await process.wait()


@asynccontextmanager
async def nginx(folder: Path, port: int) -> AsyncIterator[None]:
    """Run the target."""
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, port=port))
    process = await asyncio.create_subprocess_exec("nginx", "-p", str(folder), "-c", str(configuration))
    try:
        for _ in range(100):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                break
        yield
    finally:
        await stop(process)


@asynccontextmanager
async def probe(url: str, folder: Path) -> AsyncIterator[int]:
    """Run the probe; yield its process id."""
    key = folder / "key"
    key.write_text(KEY)
    command = [sys.executable, "-m", "drifta.probe", "--server", url, "--key-file", str(key)]
    process = await asyncio.create_subprocess_exec(*command, "--data", str(folder / "data"), stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        await stop(process)


async def measure(kind: str, checks: int, interval: float, seconds: float, port: int) -> Row:
    """Run ``checks`` checks of a kind every ``interval`` seconds for ``seconds`` after a warm-up."""
    server = FakeServer()
    kinds = ["icmp", "tcp", "http"] if kind == "mix" else [kind]
    server.assign(
        *(
            {
                "id": number + 1,
                "kind": kinds[number % len(kinds)],
                "settings": settings(kinds[number % len(kinds)], number, port),
                "interval": interval,
                "timeout": min(5.0, interval * 0.9),
            }
            for number in range(checks)
        )
    )
    with tempfile.TemporaryDirectory() as name:
        async with serve(server) as url, probe(url, Path(name)) as process:
            await server.until(lambda: server.rows >= checks, 120)
            await asyncio.sleep(2 * interval)
            await _next_report(server)
            rows, cpu, size, moment = server.rows, cpu_seconds(process), server.size, server.created_at
            reports = len(server.reports)
            while server.created_at - moment < seconds * 1000:
                await _next_report(server)
            return _row(kind, checks, interval, server, reports, process, (rows, cpu, size, moment))


async def _next_report(server: FakeServer) -> None:
    count = len(server.reports)
    await server.until(lambda: len(server.reports) > count, 60)


def _row(
    kind: str,
    checks: int,
    interval: float,
    server: FakeServer,
    reports: int,
    process: int,
    before: tuple[int, float, int, int],
) -> Row:
    rows, cpu = server.rows - before[0], cpu_seconds(process) - before[1]
    wall = (server.created_at - before[3]) / 1000
    states = b"".join(body.state for body in server.bodies.values())
    told = server.reports[reports:]
    return Row(
        kind=kind,
        checks=checks,
        interval=interval,
        runs_per_second=round(rows / wall),
        per_cpu_second=round(rows / cpu),
        cores=round(cpu / wall, 2),
        good_percent=round(100 * states.count(0) / max(1, len(states)), 2),
        lateness_p50=round(max(one["lateness_p50"] for one in told), 4),
        lateness_p99=round(max(one["lateness_p99"] for one in told), 4),
        lateness_max=round(max(one["lateness_max"] for one in told), 4),
        memory_mb=round(told[-1]["memory"] / 1e6, 1),
        bytes_per_run=round((server.size - before[2]) / max(1, rows), 1),
    )


def show(rows: list[Row]) -> None:
    """Print a table."""
    names = list(asdict(rows[0]))
    print(" ".join(f"{name:>15}" for name in names))
    for row in rows:
        print(" ".join(f"{value:>15}" for value in asdict(row).values()))


async def run(kinds: list[str], checks: int, interval: float, seconds: float, port: int) -> list[Row]:
    """Measure every kind, then punctuality."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        async with nginx(Path(name), port):
            for kind in kinds:
                rows.append(await measure(kind, checks, interval, seconds, port))
                show(rows[-1:])
            rows.append(await measure("mix", 10_000, 10.0, max(seconds, 30.0), port))
    return rows


def broken_budgets(rows: list[Row]) -> list[str]:
    """Return one line per budget that was not kept."""
    slow = [
        f"{row.kind}: {row.per_cpu_second} per CPU second, budget {BUDGETS[row.kind]}"
        for row in rows
        if row.per_cpu_second < BUDGETS.get(row.kind, 0)
    ]
    late = [
        f"{row.kind}: lateness p99 {row.lateness_p99} s, budget {LATENESS_BUDGET} s"
        for row in rows
        if row.kind == "mix" and row.lateness_p99 > LATENESS_BUDGET
    ]
    return slow + late


def main() -> int:
    """Read the command line, measure, print, write JSON; returns 1 if a budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default="icmp,tcp,http")
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--interval", type=float, default=2.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--port", type=int, default=18099)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rows = asyncio.run(run(given.kinds.split(","), given.checks, given.interval, given.seconds, given.port))
    print()
    show(rows)
    broken = broken_budgets(rows)
    print("\n".join(broken) or "All budgets are kept.")
    if given.out:
        content = {"checks": [asdict(row) for row in rows], "broken": broken}
        given.out.write_text(json.dumps(content, indent=2) + "\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
