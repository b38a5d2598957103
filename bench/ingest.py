"""Taking results in: checks evaluated and stored a CPU second (Python and PostgreSQL), as the probe delivers them.

python -m bench.ingest [--checks 10000] [--rounds 30] [--bad 0.001] [--out FILE]

Uses DRIFTA_DATABASE_URL, a migrated database of its own: it makes an organisation, a probe and the checks. Each round
every check has one result with one metric; ``--bad`` is the share of results that change state.
"""

import argparse
import json
import os
import time
from pathlib import Path

import django
import msgspec
import numpy as np
import zstandard

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "drifta.site.settings")
django.setup()

from django.db import connection  # noqa: E402 - after the set-up

from drifta.kernel import clock, guard  # noqa: E402
from drifta.kernel.actor import SYSTEM  # noqa: E402
from drifta.monitoring import actions, batch  # noqa: E402
from drifta.monitoring.models import Check, CheckState, Probe  # noqa: E402
from drifta.monitoring.moments import milliseconds  # noqa: E402
from drifta.monitoring.store import receiving  # noqa: E402
from drifta.people.models import Organisation  # noqa: E402

AT_ONCE = 5_000
REFUSED = ("connection.refused", {"target": "192.0.2.7:443"})


def prepare(count: int) -> tuple[Probe, np.ndarray]:
    """Make a probe with ``count`` checks; returns it and the checks' numbers."""
    with guard.writing():
        home, _ = Organisation.objects.get_or_create(name="Bench")
        probe, _ = actions.register_probe(SYSTEM, name=f"bench {time.time_ns()}", organisation_id=home.pk)
        made = Check.objects.bulk_create(
            Check(organisation=home, name=f"check {n}", kind="tcp", probe=probe, address=f"10.0.{n >> 8}.{n & 255}")
            for n in range(count)
        )
        CheckState.objects.bulk_create(CheckState(check_row=check) for check in made)
    return probe, np.array([check.pk for check in made])


def body(sequence: int, checks: np.ndarray, states: np.ndarray, texts: dict[int, object], values: np.ndarray) -> bytes:
    """Return a delivery as the probe makes it."""
    count = len(checks)
    now = milliseconds(clock.now())
    packed = {
        "format": 1,
        "journal": "be" * 16,
        "sequence": sequence,
        "created_at": now,
        "rows": count,
        "check": checks.astype("<u4").tobytes(),
        "time": np.full(count, now - 500, "<i8").tobytes(),
        "state": states.astype("u1").tobytes(),
        "flags": np.full(count, 1, "u1").tobytes(),
        "attempt": np.full(count, 1, "u1").tobytes(),
        "duration": np.full(count, 0.01, "<f4").tobytes(),
        "texts": texts,
        "metrics": [{"name": "time", "unit": "s", "label": None, "rows": None, "values": values.tobytes()}],
    }
    return zstandard.compress(msgspec.msgpack.encode(packed))


def deliveries(checks: np.ndarray, rounds: int, bad: float) -> list[bytes]:
    """Return all deliveries: in each round one result of every check, ``bad`` of them changed."""
    random = np.random.default_rng(7)
    states = np.zeros(len(checks), int)
    found = []
    for number in range(rounds):
        if number:
            turned = random.random(len(checks)) < bad
            states[turned] = 2 - states[turned]
        for low in range(0, len(checks), AT_ONCE):
            part = states[low : low + AT_ONCE]
            texts = {int(row): REFUSED for row in np.flatnonzero(part)} if number else {}
            values = np.round(random.gamma(2, 0.01, len(part)), 6)
            found.append(body(len(found) + 1, checks[low : low + AT_ONCE], part, texts, values))
    return found


def backend_cpu() -> float:
    """Return the CPU seconds of this connection's server process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def take_in(probe: Probe, sent: list[bytes]) -> None:
    """Take deliveries in as the web process does."""
    for one in sent:
        found = batch.read(one)
        now = clock.now()
        found.set_clock(milliseconds(now), 0)
        receiving.receive(probe, found, now)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--bad", type=float, default=0.001)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    probe, checks = prepare(options.checks)
    sent = deliveries(checks, options.rounds + 1, options.bad)
    first = -(-options.checks // AT_ONCE)
    take_in(probe, sent[:first])
    cpu, server, wall = time.process_time(), backend_cpu(), time.perf_counter()
    take_in(probe, sent[first:])
    spent, served, took = time.process_time() - cpu, backend_cpu() - server, time.perf_counter() - wall
    count = options.checks * options.rounds
    measures = {
        "results": count,
        "results_per_cpu_s": count / (spent + served),
        "results_per_s": count / took,
        "python_us_per_result": spent / count * 1e6,
        "postgresql_us_per_result": served / count * 1e6,
    }
    for name, value in measures.items():
        print(f"{name:30} {value:14,.2f}")
    if options.out:
        options.out.write_text(json.dumps(measures, indent=1))


if __name__ == "__main__":
    main()
