"""Taking deliveries in, as the web process does: evaluated and stored."""

import time
from collections.abc import Mapping

import msgspec
import numpy as np
import zstandard

from bench.monitoring.clock import backend_cpu
from drifta.kernel import clock, guard
from drifta.kernel.actor import SYSTEM
from drifta.monitoring import actions, batch
from drifta.monitoring.models import Check, CheckState, Probe
from drifta.monitoring.moments import milliseconds
from drifta.monitoring.store import receiving
from drifta.people.models import Organisation

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


def body(
    sequence: int, checks: np.ndarray, states: np.ndarray, texts: Mapping[int, object], values: np.ndarray
) -> bytes:
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
    found: list[bytes] = []
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


def take_in(probe: Probe, sent: list[bytes]) -> None:
    """Take deliveries in as the web process does."""
    for one in sent:
        found = batch.read(one)
        now = clock.now()
        found.set_clock(milliseconds(now), 0)
        receiving.receive(probe, found, now)


def measure(count: int, rounds: int, bad: float) -> dict[str, float]:
    """Return results a CPU second and a second, and microseconds of Python and PostgreSQL for each."""
    probe, checks = prepare(count)
    sent = deliveries(checks, rounds + 1, bad)
    first = -(-count // AT_ONCE)
    take_in(probe, sent[:first])
    cpu, server, wall = time.process_time(), backend_cpu(), time.perf_counter()
    take_in(probe, sent[first:])
    spent, served, took = time.process_time() - cpu, backend_cpu() - server, time.perf_counter() - wall
    total = count * rounds
    return {
        "results": total,
        "results_per_cpu_s": total / (spent + served),
        "results_per_s": total / took,
        "python_us_per_result": spent / total * 1e6,
        "postgresql_us_per_result": served / total * 1e6,
    }
