"""Start time of ``drifta up`` on an existing data directory, and memory of all its processes when idle (PSS).

    python -m bench.up [--rounds N] [--out FILE]

Budgets: ready within 5 s, 450 MB in all.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

READY_BUDGET = 5.0
MEMORY_BUDGET = 450.0
SETTLE = 20.0


def main() -> int:
    """Measure, print a table, and write JSON; returns 1 when a budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--settle", type=float, default=SETTLE, help="seconds of idleness before memory is measured")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    result = measure(given.rounds, given.settle)
    show(result)
    if given.out:
        given.out.write_text(json.dumps(result, indent=1), encoding="utf-8")
    total = sum(result["memory_mb"].values())
    return int(result["ready_s"]["p95"] > READY_BUDGET or total > MEMORY_BUDGET)


def measure(rounds: int, settle: float) -> dict[str, dict[str, float]]:
    """Start once to make the data, then ``rounds`` times for the clock; memory is that of the last."""
    data = Path(tempfile.mkdtemp(prefix="drifta-bench-"))
    data.chmod(0o711)
    try:
        first, process = start(data)
        stop(process)
        times = []
        for number in range(rounds):
            taken, process = start(data)
            times.append(taken)
            if number == rounds - 1:
                time.sleep(settle)
                memory = memory_of(process.pid)
            stop(process)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    times.sort()
    p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
    return {"ready_s": {"first": first, "p50": statistics.median(times), "p95": p95}, "memory_mb": memory}


def start(data: Path) -> tuple[float, subprocess.Popen[str]]:
    """Start Drifta; returns the seconds to its ready line, and the process."""
    ports = [f"--port={free_port()}", f"--smtp-port={free_port()}"]
    begun = time.monotonic()
    command = [sys.executable, "-m", "drifta.site", "up", f"--data={data}", *ports]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    if not process.stdout.readline().startswith("Drifta is ready"):
        raise SystemExit("Drifta did not start.")
    return time.monotonic() - begun, process


def stop(process: subprocess.Popen[str]) -> None:
    """Stop Drifta cleanly."""
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


def free_port() -> int:
    """A TCP port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory_of(pid: int) -> dict[str, float]:
    """PSS in MB of the process and all its children, PostgreSQL's together."""
    parent = psutil.Process(pid)
    found = {"supervisor": pss(parent)}
    names = iter(("web", "worker", "intake", "probe"))
    for child in sorted(parent.children(), key=lambda process: process.pid):
        database = child.name() == "postgres"
        family = [child, *child.children(recursive=True)]
        found["postgresql" if database else next(names)] = sum(map(pss, family))
    return found


def pss(process: psutil.Process) -> float:
    """Proportional set size in MB."""
    return float(process.memory_full_info().pss) / 1e6


def show(result: dict[str, dict[str, float]]) -> None:
    """Print the tables."""
    ready = result["ready_s"]
    print(f"ready: first start {ready['first']:.2f} s, then p50 {ready['p50']:.2f} s, p95 {ready['p95']:.2f} s")
    for name, size in result["memory_mb"].items():
        print(f"{name:12}{size:8.1f} MB PSS")
    print(f"{'all':12}{sum(result['memory_mb'].values()):8.1f} MB PSS")


if __name__ == "__main__":
    sys.exit(main())
