"""Time series: stored, packed, and read for a chart."""

import time

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from bench.monitoring.clock import backend_cpu
from drifta.monitoring import series
from drifta.monitoring.batch import Metric
from drifta.monitoring.curve import curve
from drifta.monitoring.store import compaction, samples

STEP = 15
START = 1_767_225_600
HOUR = START // 3600


def gauges(count: int, ticks: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``count`` gauges (rows) over ``ticks`` (columns), one decimal each."""
    random = np.random.default_rng(20261120)
    base, swing, phase, noise = (
        random.uniform(low, high, (count, 1)) for low, high in ((20.0, 80.0), (2.0, 12.0), (0.0, 1.0), (0.1, 1.0))
    )
    wobble = random.triangular(-1, 0, 1, (count, len(ticks)))
    found: NDArray[np.float64] = np.round(
        base + swing * np.sin(2 * np.pi * (ticks * STEP / 86400 + phase)) + noise * wobble, 1
    )
    return found


def counters(count: int, ticks: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return ``count`` monotone counters with rates of 1 to 10**6 a second, unevenly growing."""
    random = np.random.default_rng(20261121)
    rate = 10 ** random.uniform(0, 6, (count, 1))
    return np.floor(rate * (ticks * STEP + STEP * random.uniform(0, 1, (count, len(ticks)))))


def store(values: NDArray[np.float64]) -> dict[str, float]:
    """Store tick after tick, as batches of all series come in; then compact; returns the measures."""
    count, ticks = values.shape
    checks = np.arange(1, count + 1)
    rows = np.arange(count)
    cpu, server, wall = time.process_time(), backend_cpu(), time.perf_counter()
    for tick in range(ticks):
        times = np.full(count, (START + tick * STEP) * 1000)
        with transaction.atomic():
            samples.append(checks, times, [Metric("bench", "", "", rows, values[:, tick])], HOUR)
    total = values.size
    spent = time.process_time() - cpu + backend_cpu() - server
    measures = {"samples_per_cpu_s": total / spent, "samples_per_s": total / (time.perf_counter() - wall)}
    cpu, server = time.process_time(), backend_cpu()
    compaction.compact(samples.hot_table(HOUR))
    packed = time.process_time() - cpu + backend_cpu() - server
    measures |= {"samples_per_cpu_s_with_compaction": total / (spent + packed), **size(total)}
    return measures


def size(total: int) -> dict[str, float]:
    """Return bytes a sample: the chunks themselves, and the table with indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(length(data)), pg_total_relation_size('monitoring_chunk') FROM monitoring_chunk")
        data, table = cursor.fetchone()
    return {"bytes_per_sample_data": int(data) / total, "bytes_per_sample_table": table / total}


def month() -> dict[str, float]:
    """Return how long it takes to read 30 days of one series (a sample every 15 s and every 60 s) for a chart."""
    found = {}
    for step in (15, 60):
        ticks = np.arange(30 * 86400 // step)
        whole = series.samples((START + ticks * step) * 1000, gauges(1, ticks)[0])
        compaction._replace([], [(10_000_000 + step, whole)])
        spent = []
        for _ in range(20):
            begin = time.perf_counter()
            part = samples.read([10_000_000 + step], START, START + 30 * 86400)[10_000_000 + step]
            drawn = curve(part, START * 1000, (START + 30 * 86400) * 1000, 1000)
            spent.append((time.perf_counter() - begin) * 1000)
            assert len(part) == len(ticks)
            assert len(drawn) <= 1001
        found[f"read_30_days_at_{step}_s_ms_p50"] = float(np.percentile(spent, 50))
        found[f"read_30_days_at_{step}_s_ms_p95"] = float(np.percentile(spent, 95))
    return found


def measure(count: int, length: int) -> dict[str, dict[str, float]]:
    """Return the measures of ``count`` gauges and as many counters of ``length`` samples, and of reading."""
    ticks = np.arange(length)
    results = {}
    for name, make in (("gauges", gauges), ("counters", counters)):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE monitoring_chunk, monitoring_sample")
        samples.forget()
        results[name] = store(make(count, ticks))
    results["reading"] = month()
    return results
