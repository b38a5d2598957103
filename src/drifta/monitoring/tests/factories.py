"""What tests of monitoring begin with: organisations, people, a probe with its key, checks, and batches of results."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
import zstandard

from drifta.kernel import clock, guard
from drifta.kernel.actor import SYSTEM
from drifta.monitoring import actions
from drifta.monitoring.models import Check, Probe
from drifta.monitoring.moments import milliseconds
from drifta.people.models import Organisation, Person

JOURNAL = "5f" * 16
_numbers = itertools.count(1)


def organisation(name: str = "Fjord AS") -> Organisation:
    """Return the organisation of this name."""
    with guard.writing():
        return Organisation.objects.get_or_create(name=name)[0]


def person(name: str, *roles: str, of: str = "Fjord AS") -> Person:
    """Return a person with roles, able to sign in."""
    with guard.writing():
        return Person.objects.create(
            name=name, email=f"{name}.{next(_numbers)}@example.org", organisation=organisation(of), roles=list(roles)
        )


def probe(name: str = "Oslo") -> tuple[Probe, str]:
    """Return a registered probe and its key."""
    return actions.register_probe(SYSTEM, name=f"{name} {next(_numbers)}")


def check(of: Probe, name: str = "web-1", kind: str = "tcp", **values: Any) -> Check:
    """Return a check run by a probe."""
    settings = values.pop("settings", None) or {"host": "192.0.2.7", "port": 443}
    values = {"organisation_id": organisation().pk, "probe_id": of.pk, **values}
    return actions.create_check(SYSTEM, name=name, kind=kind, settings=settings, **values)


@dataclass
class Sent:
    """A batch in the making."""

    sequence: int = 1
    journal: str = JOURNAL
    created_at: int = field(default_factory=lambda: milliseconds(clock.now()))
    rows: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    texts: dict[int, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    runs: dict[int, str] = field(default_factory=dict)
    metrics: list[dict[str, Any]] = field(default_factory=list)

    def run(
        self, check: int, state: int = 0, *, ago: float = 0, hard: bool = True, attempt: int = 1, **more: Any
    ) -> "Sent":
        """Add one run, ``ago`` seconds before the batch was made."""
        flags = hard | 2 | 4 * more.get("flapping", False) | 8 * more.get("late", False)
        if "text" in more:
            self.texts[len(self.rows)] = more["text"]
        if "token" in more:
            self.runs[len(self.rows)] = more["token"]
        self.rows.append((check, self.created_at - int(ago * 1000), state, flags, attempt))
        return self

    def metric(self, name: str, values: list[float], *, unit: str = "s", label: Any = None) -> "Sent":
        """Add a metric that every row has."""
        packed = np.array(values, "<f8").tobytes()
        self.metrics.append({"name": name, "unit": unit, "label": label, "rows": None, "values": packed})
        return self

    def body(self, **wrong: Any) -> bytes:
        """Return the request's body; ``wrong`` replaces keys."""
        columns = list(zip(*self.rows, strict=True)) or [(), (), (), (), ()]
        body = {
            "format": 1,
            "journal": self.journal,
            "sequence": self.sequence,
            "created_at": self.created_at,
            "rows": len(self.rows),
            "check": np.array(columns[0], "<u4").tobytes(),
            "time": np.array(columns[1], "<i8").tobytes(),
            "state": np.array(columns[2], "u1").tobytes(),
            "flags": np.array(columns[3], "u1").tobytes(),
            "attempt": np.array(columns[4], "u1").tobytes(),
            "duration": np.full(len(self.rows), 0.01, "<f4").tobytes(),
            "texts": self.texts,
            "runs": self.runs,
            "metrics": self.metrics,
        }
        return zstandard.compress(msgspec.msgpack.encode({**body, **wrong}))
