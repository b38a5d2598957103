"""One table of all figures against their budgets, made of what the programs wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Found = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """One measured number; ``is_ceiling`` tells whether the budget is the most that it may be, or the least."""

    what: str
    value: float
    unit: str
    budget: float
    is_ceiling: bool

    @property
    def is_kept(self) -> bool:
        """Whether the budget is kept."""
        return self.value <= self.budget if self.is_ceiling else self.value >= self.budget


def figures(results: dict[str, Found | None]) -> list[Figure]:
    """Return the figures of all programs that have told theirs (``results``: what each wrote, by its name)."""
    told = {name: found for name, found in results.items() if found is not None}
    return [figure for name, read in READERS.items() if name in told for figure in read(told[name])]


def most(what: str, value: float, unit: str, budget: float) -> Figure:
    """Return a figure that may be ``budget`` at most."""
    return Figure(what, value, unit, budget, is_ceiling=True)


def least(what: str, value: float, unit: str, budget: float) -> Figure:
    """Return a figure that must be ``budget`` at least."""
    return Figure(what, value, unit, budget, is_ceiling=False)


def _up(found: Found) -> Iterator[Figure]:
    yield most("start on existing data, p95", found["ready_s"]["p95"], "s", 5)
    yield most("memory of all processes, idle", sum(found["memory_mb"].values()), "MB", 450)


def _desk(found: Found) -> Iterator[Figure]:
    for page, row in found.items():
        yield most(f"{page}, p95", row["p95"], "ms", row["budget"])


def _intake(found: Found) -> Iterator[Figure]:
    yield least("mail to committed ticket", found["mails_per_second"], "/s", 100)


def _chain(found: Found) -> Iterator[Figure]:
    budgets = {"icmp": 10_000, "tcp": 8_000, "http": 4_000}
    for row in found["chain"]:
        if row["kind"] in budgets:
            what = f"{row['kind']} checks, the whole chain"
            yield least(what, row["per_cpu_second"], "/CPU s", budgets[row["kind"]])


def _checks(found: Found) -> Iterator[Figure]:
    late = next(row for row in found["checks"] if row["kind"] == "mix")
    yield most("lateness of 10,000 checks every 10 s, p99", late["lateness_p99"], "s", 1)


def _series(found: Found) -> Iterator[Figure]:
    for kind, budget in (("gauges", 0.6), ("counters", 2.4)):
        yield least(f"samples stored ({kind})", found[kind]["samples_per_cpu_s"], "/CPU s", 150_000)
        yield most(f"bytes a sample ({kind})", found[kind]["bytes_per_sample_data"], "B", budget)
    yield most("30 days of one series, p95", found["reading"]["read_30_days_at_60_s_ms_p95"], "ms", 50)


def _live(found: Found) -> Iterator[Figure]:
    for what, row in found.items():
        yield most(f"{what}, p95", row["p95"], "ms", row["budget"])


def _lab(found: Found) -> Iterator[Figure]:
    for row in found["lab"]:
        yield most(row["what"], row["value"], row["unit"], row["budget"])


READERS: dict[str, Callable[[Found], Iterator[Figure]]] = {
    "up": _up,
    "desk": _desk,
    "intake": _intake,
    "chain": _chain,
    "checks": _checks,
    "series": _series,
    "live": _live,
    "lab": _lab,
}


def table(found: list[Figure]) -> str:
    """Return the figures as lines."""
    lines = [f"{'what':50}{'measured':>12}  {'budget':>12}  unit"]
    for figure in found:
        bound = ("≤ " if figure.is_ceiling else "≥ ") + f"{figure.budget:,g}"
        mark = "" if figure.is_kept else "   not kept"
        lines.append(f"{figure.what:50}{figure.value:12,.2f}  {bound:>12}  {figure.unit}{mark}")
    return "\n".join(lines)
