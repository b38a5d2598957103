"""The whole chain of active checks: executed, evaluated and stored per CPU second of all of Drifta's processes.

    python -m bench.chain [--kinds icmp,tcp,http] [--checks 10000] [--interval 10] [--seconds 60] [--out FILE]

A real ``drifta up`` watches addresses of 127.0.0.0/8 and an nginx of our own. Counted are the measurements that have
come into the database, and the CPU seconds (user and system) of supervisor, web, worker, intake, probe and PostgreSQL
meanwhile; the target's are not counted. What the idle house uses is told, and is part of every figure.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.checks import BUDGETS, nginx, settings
from bench.house import cpu_seconds, load_average
from tests.running import drifta, free_port, until
from tests.walk.processes import House
from tests.walk.visitor import PASSWORD

WATCH = """
    import json, sys
    import django
    django.setup()
    from drifta.kernel import guard
    from drifta.monitoring.actions.checks import reassign
    from drifta.monitoring.cause import place_of
    from drifta.monitoring.models import Check, CheckState, Probe
    from drifta.people.models import Organisation
    kind, interval = sys.argv[1], float(sys.argv[2])
    settings = json.load(sys.stdin)
    probe, home = Probe.objects.get(local=True), Organisation.objects.get()
    with guard.writing():
        Check.objects.all().delete()
        rows = []
        for number, one in enumerate(settings):
            place = place_of(kind, one)
            rows.append(Check(organisation=home, name=f"{kind} {number}", kind=kind, settings=one, probe=probe,
                              interval=interval, timeout=min(5.0, interval * 0.9), address=place.address,
                              port=place.port, layer=place.layer))
        for check in Check.objects.bulk_create(rows, batch_size=2000):
            check.now = CheckState(check_row=check)
        CheckState.objects.bulk_create([check.now for check in rows], batch_size=2000)
        reassign(probe.pk)
"""


@dataclass(frozen=True)
class Row:
    """One measurement; CPU in milliseconds a second."""

    kind: str
    checks: int
    interval: float
    stored: int
    per_second: float
    per_cpu_second: float
    good_percent: float
    web: float
    worker: float
    intake: float
    probe: float
    postgresql: float
    supervisor: float
    load: float


class Chain:
    """A running house whose probe gets one load after another."""

    def __init__(self, house: House, port: int) -> None:
        self.house, self.port = house, port
        self.database = psycopg.connect(house.database, autocommit=True)

    def watch(self, kind: str, checks: int, interval: float) -> None:
        """Replace all checks by ``checks`` of a kind and wait until each has a result."""
        wanted = json.dumps([settings(kind, number, self.port) for number in range(checks)])
        self.house.run(WATCH, kind, str(interval), given=wanted)
        known = "monitoring_checkstate WHERE state IS NOT NULL"
        until(lambda: self._count(known) >= checks, 120, f"the first results of {kind}")

    def measure(self, kind: str, checks: int, interval: float, seconds: float) -> Row:
        """Let time pass and return what was stored, and what it cost."""
        stored = self._stored_now()
        begun, cpu = time.monotonic(), cpu_seconds(self.house)
        time.sleep(seconds)
        self._wait_beyond(self._batches())
        spent = {name: used - cpu[name] for name, used in cpu_seconds(self.house).items()}
        took, count = time.monotonic() - begun, self._stored() - stored
        return Row(
            kind=kind,
            checks=checks,
            interval=interval,
            stored=count,
            per_second=round(count / took),
            per_cpu_second=round(count / sum(spent.values())),
            good_percent=round(100 * self._count("monitoring_checkstate WHERE state = 0") / max(1, checks), 2),
            load=load_average(),
            **{name: round(1000 * used / took, 1) for name, used in spent.items()},
        )

    def _stored_now(self) -> int:
        """Return how many runs lie in the database, right after a delivery: only whole ones are compared."""
        while True:
            batches = self._batches()
            self._wait_beyond(batches)
            batches, stored = self._batches(), self._stored()
            if batches == self._batches():
                return stored

    def _wait_beyond(self, batches: int) -> None:
        """Wait for a delivery after ``batches``."""
        until(lambda: self._batches() > batches, what="a delivery")

    def _batches(self) -> int:
        """Return how many deliveries have come."""
        return int(self._ask("SELECT coalesce(max(acknowledged), 0) FROM monitoring_probejournal"))

    def _stored(self) -> int:
        """Return how many runs of checks lie in the database (each has one sample of its state)."""
        return self._count("monitoring_sample JOIN monitoring_series s ON s.id = series WHERE s.metric = 'state'")

    def _count(self, rows: str) -> int:
        return int(self._ask(f"SELECT count(*) FROM {rows}"))  # noqa: S608 - own words

    def _ask(self, sql: str) -> Any:
        row = self.database.execute(sql).fetchone()
        return row[0] if row else 0


async def run(kinds: list[str], checks: int, interval: float, seconds: float) -> list[Row]:
    """Measure the idle house, then every kind."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, drifta() as running:
        async with nginx(Path(folder), port):
            return await asyncio.to_thread(_measure, House(running), port, kinds, checks, interval, seconds)


def _measure(house: House, port: int, kinds: list[str], checks: int, interval: float, seconds: float) -> list[Row]:
    house.set_up(PASSWORD, "desk@bench.example")
    chain, rows = Chain(house, port), []
    for kind in ["idle", *kinds]:
        count = 0 if kind == "idle" else checks
        chain.watch(kind, count, interval)
        time.sleep(interval)
        rows.append(chain.measure(kind, count, interval, seconds))
        show(rows[-1:])
    return rows


def show(rows: list[Row]) -> None:
    """Print a table."""
    print(" ".join(f"{name:>14}" for name in asdict(rows[0])))
    for row in rows:
        print(" ".join(f"{value:>14}" for value in asdict(row).values()), flush=True)


def broken_budgets(rows: list[Row]) -> list[str]:
    """Return one line for each budget that was not kept."""
    return [
        f"{row.kind}: {row.per_cpu_second} per CPU second, budget {BUDGETS[row.kind]}"
        for row in rows
        if row.per_cpu_second < BUDGETS.get(row.kind, 0)
    ]


def main() -> int:
    """Read the command line, measure, print, write JSON; returns 1 if a budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default="icmp,tcp,http")
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--interval", type=float, default=10.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rows = asyncio.run(run(given.kinds.split(","), given.checks, given.interval, given.seconds))
    print()
    show(rows)
    broken = broken_budgets(rows)
    print("\n".join(broken) or "All budgets are kept.")
    if given.out:
        given.out.write_text(json.dumps({"chain": [asdict(row) for row in rows], "broken": broken}, indent=1))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
