"""Times of the lab: each server alone until its first answer; the whole office, its forty people, its memory, its end.

    python -m bench.lab [--out FILE]        (as root)

Budgets: each server's ``ready_within``; office up and everybody's tasks done within 60 s, 3 GB, gone within 10 s.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from lab import nspawn, processes, state, users
from lab.building import build
from lab.fixtures import alone
from lab.office import OFFICE
from lab.servers import Server, kinds

WORKING_BUDGET = 60.0
MEMORY_BUDGET = 3000.0
END_BUDGET = 10.0


def main() -> int:
    """Measure what can be built here, print a table, and write JSON; returns 1 when a budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    missing = (state.why_not(), nspawn.why_not(), *(kind.missing() for kind in kinds().values()))
    if reasons := " ".join(filter(None, missing)):
        print(f"Not measured. {reasons}")
        return 0
    rows = measure(f"bench-{os.getpid()}")
    for row in rows:
        print(f"{row['what']:44}{row['value']:9.1f} {row['unit']:3} (budget {row['budget']:g})")
    if given.out:
        given.out.write_text(json.dumps({"lab": rows}, indent=1), encoding="utf-8")
    return int(any(row["value"] > row["budget"] for row in rows))


def measure(name: str) -> list[dict[str, Any]]:
    """Build everything once, in a lab that is gone afterwards whatever happens."""
    lab = state.Lab.claim(name)
    try:
        servers = [server_alone(lab, kind()) for _, kind in sorted(kinds().items())]
        return servers + whole_office(lab)
    finally:
        state.remove(name)
        lab.release()


def server_alone(lab: state.Lab, server: Server) -> dict[str, Any]:
    """One server on a machine of its own, from its configuration to the first answer that a client gets."""
    with alone(lab, server) as running:
        return row(f"{server.kind}, alone, to its first answer", running.seconds, "s", server.ready_within)


def whole_office(lab: state.Lab) -> list[dict[str, Any]]:
    """Build the office, let everybody do each of their tasks once, weigh it, and take it down."""
    begun = time.monotonic()
    premises = build(lab, OFFICE, [])
    log = users.work(premises)
    if failed := [str(entry) for entry in log if not entry.ok]:
        raise SystemExit("\n".join(["The people could not work:", *failed]))
    working = time.monotonic() - begun
    memory = memory_of(lab.id)
    begun = time.monotonic()
    premises.end()
    return [
        row("office built, and all its people have worked", working, "s", WORKING_BUDGET),
        row("memory of the office", memory, "MB", MEMORY_BUDGET),
        row("end of the office", time.monotonic() - begun, "s", END_BUDGET),
    ]


def memory_of(name: str) -> float:
    """Proportional set size in MB of everything that runs on the machines of a lab."""
    pids = {pid for init in processes.inits(name) for pid in (init, *processes.descendants(init))}
    return sum(float(psutil.Process(pid).memory_full_info().pss) for pid in pids) / 1e6


def row(what: str, value: float, unit: str, budget: float) -> dict[str, Any]:
    """One line of the table."""
    return {"what": what, "value": round(value, 2), "unit": unit, "budget": budget}


if __name__ == "__main__":
    sys.exit(main())
