"""The probe protocol's server side without its transport: keys, hello, assignments.

See ``docs/formats/probe-protocol.md``.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from django.db import connection

from drifta.kernel import clock
from drifta.monitoring.batch import Storable
from drifta.monitoring.models import Check, CheckState, Probe
from drifta.monitoring.moments import milliseconds
from drifta.monitoring.queries import kinds

PREFIX = "urn:drifta:probe:"


class Hello(msgspec.Struct):
    """A probe's introduction."""

    formats: list[int]
    version: Storable
    name: Storable
    host: Storable
    kinds: list[Storable]
    journal: Storable
    sequence: int = 0
    started_at: int = 0
    time: Annotated[int, msgspec.Meta(ge=0, lt=1 << 52)] = 0


def bearer(header: str) -> Probe | None:
    """Return the probe whose key stands in an Authorization header, or None."""
    scheme, _, key = header.partition(" ")
    if scheme.lower() != "bearer" or not key:
        return None
    return Probe.objects.filter(key_hash=hashlib.sha256(key.strip().encode()).hexdigest()).first()


def problem(kind: str, status: int, detail: str) -> dict[str, Any]:
    """Return problem details (RFC 9457) of the probe protocol; ``detail`` is English, for the probe's log."""
    titles = {401: "Key not accepted", 409: "Two probes share this key", 413: "Too large", 415: "Format not supported"}
    title = titles.get(status, "Not readable")
    return {"type": PREFIX + kind, "title": title, "status": status, "detail": detail}


NO_KEY = problem("key", 401, "The probe's key is missing, unknown or revoked. Enter the key shown when it was made.")


def answer_hello(probe: Probe, hello: Hello) -> dict[str, Any]:
    """Note what a probe says about itself (inside a store transaction) and return the answer."""
    now = clock.now()
    difference = hello.time - milliseconds(now) if hello.time else 0
    Probe.objects.filter(pk=probe.pk).update(
        version=hello.version[:40],
        host=hello.host[:255],
        kinds=[kind[:60] for kind in hello.kinds[:200]],
        clock_offset=difference if abs(difference) > 30_000 else 0,
    )
    row = probe.journals.filter(journal=hello.journal).first()
    waiting = CheckState.objects.filter(check_row__probe=probe, check_row__enabled=True, state=None).exists()
    return {
        "probe": probe.pk,
        "name": probe.name,
        "server_time": milliseconds(now),
        "acknowledged": row.acknowledged if row else 0,
        "refresh": waiting,
    }


@dataclass(frozen=True)
class Assigned:
    """A probe's number and the revision of what it has to do."""

    probe: int
    revision: str


def assigned(header: str) -> Assigned | None:
    """Return who asks and the present revision; gives the connection back (called from the event loop's threads)."""
    try:
        probe = bearer(header)
        return Assigned(probe.pk, str(probe.revision)) if probe else None
    finally:
        connection.close()


def assignments(probe_id: int) -> tuple[str, bytes]:
    """Return the revision and the JSON of everything that a probe has to do; gives the connection back."""
    try:
        probe = Probe.objects.get(pk=probe_id)
        body = {
            "revision": str(probe.revision),
            "full": True,
            "server_time": milliseconds(clock.now()),
            "checks": [_assignment(check) for check in probe.checks.filter(enabled=True).order_by("pk")],
            "removed": [],
        }
        return str(probe.revision), msgspec.json.encode(body)
    finally:
        connection.close()


def _assignment(check: Check) -> dict[str, Any]:
    return {
        "id": check.pk,
        "kind": check.kind,
        "version": check.version,
        "settings": kinds.opened(check.settings),
        "interval": check.interval,
        "timeout": check.timeout,
        "retries": check.retries,
        "retry_interval": check.retry_interval,
        "flapping": check.flapping,
        "run_now": check.run_token or None,
    }
