"""Taking in a batch of results: once, in one transaction, with everything that follows from it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray
from psycopg.sql import SQL

from drifta.kernel import guard, live
from drifta.kernel.actor import SYSTEM
from drifta.kernel.models import subject_key
from drifta.monitoring import jobs
from drifta.monitoring.actions import hear_probe, note_turns
from drifta.monitoring.batch import LATE, Batch, Metric
from drifta.monitoring.models import Check, CheckState, Probe, StateChange
from drifta.monitoring.moments import milliseconds, moment
from drifta.monitoring.queries.kinds import SILENT
from drifta.monitoring.rows import unpacked
from drifta.monitoring.store import samples, wire
from drifta.monitoring.transitions import NOTHING, Standing, Turn, changed_rows, follow

Ids = NDArray[np.int64]
TWIN_WITHIN = timedelta(seconds=60)
REPORTED = frozenset({
    "checks", "runs", "skipped", "lateness_p50", "lateness_p99", "lateness_max", "in_flight", "backlog",
    "backlog_bytes", "dropped", "cpu", "memory",
})  # fmt: skip
"""What a probe may tell about itself (protocol §4.6)."""


class TwinError(Exception):
    """Another probe has delivered with the same key a moment ago (409)."""


def receive(probe: Probe, batch: Batch, now: datetime) -> int:
    """Store a batch whose clock has been put right; returns the highest sequence stored of its journal.

    A batch that is not above it changes nothing. One transaction; batches of one probe follow one another.
    """
    with transaction.atomic(), guard.writing():
        acknowledged = _journal(probe, batch.journal, now)
        if batch.sequence > acknowledged:
            _take_in(probe, batch, now)
        return max(batch.sequence, acknowledged)


def greet(probe: Probe, hello: wire.Hello) -> dict[str, object]:
    """Note what a probe says about itself; returns the answer."""
    with transaction.atomic(), guard.writing():
        return wire.answer_hello(probe, hello)


def _take_in(probe: Probe, batch: Batch, now: datetime) -> None:
    checks, keys = _known(probe, batch)
    turns = _store_states(batch, checks, keys)
    _store_samples(batch, checks, now)
    answered = _answer_demands(batch, checks)
    _finish(probe, batch, now)
    if probe.silent_since is not None:
        hear_probe(SYSTEM, probe)
    if turns:
        note_turns(SYSTEM, turns=turns)
    if turns or answered or probe.silent_since is not None:
        jobs.settle_alerts.defer_in_turn(jobs.SETTLING)


def _journal(probe: Probe, journal: str, now: datetime) -> int:
    """Lock the probe and its journal; returns the highest sequence stored. Raises TwinError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM monitoring_probe WHERE id = %s FOR NO KEY UPDATE", [probe.pk])
        # A journal that was heard with an earlier key is no twin: the key was changed, or a backup restored.
        since = max(now - TWIN_WITHIN, probe.key_made_at)
        others = probe.journals.exclude(journal=journal).filter(heard_at__gt=since)
        if others.exists():
            raise TwinError
        cursor.execute(
            "INSERT INTO monitoring_probejournal (probe_id, journal, acknowledged, heard_at) VALUES (%s, %s, 0, %s)"
            " ON CONFLICT (probe_id, journal) DO UPDATE SET heard_at = excluded.heard_at RETURNING acknowledged",
            [probe.pk, journal, now],
        )
        return int(cursor.fetchone()[0])


def _known(probe: Probe, batch: Batch) -> tuple[Ids, Ids]:
    """Return the batch's checks that this probe runs, ascending, and the keys of their states."""
    asked = "{" + ",".join(map(str, np.unique(batch.check).tolist())) + "}"
    query = SQL(
        "COPY (SELECT c.id, coalesce(s.state + s.hard::int * 4 + s.flapping::int * 8 + s.attempt::int * 16, -1)"
        " FROM monitoring_check c JOIN monitoring_checkstate s ON s.check_id = c.id"
        " WHERE c.probe_id = {} AND c.enabled AND c.id = ANY({}::int8[]) ORDER BY c.id)"
        " TO STDOUT (FORMAT BINARY)"
    ).format(probe.pk, asked)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        columns = unpacked(b"".join(bytes(part) for part in copy), "i8", "i4")
    return columns[0].astype(np.int64), columns[1].astype(np.int64)


def _store_states(batch: Batch, checks: Ids, keys: Ids) -> list[Turn]:
    """Bring what changed into the table of states, and the turns into the history."""
    rows = changed_rows(batch, checks, keys)
    if not len(rows):
        return []
    standings = _standings(np.unique(batch.check[rows]).tolist())
    _correct_history(batch)
    turns = follow(batch, rows, standings)
    _write_standings(list(standings.values()))
    _write_turns(turns)
    _tell_pages(sorted(set(standings) - {turn.check for turn in turns}))
    return turns


def _standings(checks: list[int]) -> dict[int, Standing]:
    rows = CheckState.objects.filter(pk__in=checks)
    return {row.pk: _standing(row) for row in rows}


def _standing(row: CheckState) -> Standing:
    return Standing(
        check=row.pk,
        state=NOTHING if row.state is None else row.state,
        hard=row.hard,
        attempt=row.attempt,
        flapping=row.flapping,
        hard_state=NOTHING if row.hard_state is None else row.hard_state,
        at=0 if row.at is None else milliseconds(row.at),
        since=milliseconds(row.since),
        code=row.code,
        parameters=row.parameters,
    )


_UPDATE = """
UPDATE monitoring_checkstate s SET state = v.state, hard = v.hard, attempt = v.attempt, flapping = v.flapping,
       hard_state = nullif(v.hard_state, -1), since = v.since, at = v.at, code = v.code, parameters = v.parameters
  FROM unnest(%s::int8[], %s::int2[], %s::bool[], %s::int2[], %s::bool[], %s::int2[], %s::timestamptz[],
              %s::timestamptz[], %s::text[], %s::jsonb[])
    AS v (check_id, state, hard, attempt, flapping, hard_state, since, at, code, parameters)
 WHERE s.check_id = v.check_id
"""


def _write_standings(found: list[Standing]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _UPDATE,
            [
                [s.check for s in found],
                [s.state for s in found],
                [s.hard for s in found],
                [s.attempt for s in found],
                [s.flapping for s in found],
                [s.hard_state for s in found],
                [moment(s.since) for s in found],
                [moment(s.at) for s in found],
                [s.code for s in found],
                [json.dumps(s.parameters) for s in found],
            ],
        )


def _write_turns(turns: list[Turn]) -> None:
    StateChange.objects.bulk_create(
        StateChange(
            check_id=turn.check,
            at=moment(turn.at),
            state=turn.state,
            flapping=turn.flapping,
            late=turn.late,
            code=turn.code,
            parameters=turn.parameters,
        )
        for turn in turns
    )


def _correct_history(batch: Batch) -> None:
    """Take back the "no data" of a time for which late results have come after all."""
    late = (batch.flags & LATE) != 0
    if late.any():
        StateChange.objects.filter(
            check_id__in=np.unique(batch.check[late]).tolist(),
            code=SILENT,
            at__gte=moment(int(batch.time[late].min())),
        ).delete()


def _tell_pages(checks: list[int]) -> None:
    """Tell the open pages of checks whose state moved without turning (soft states, texts)."""
    rows = Check.objects.filter(pk__in=checks).values_list("pk", "organisation_id") if checks else []
    live.tell_all((subject_key(Check, pk), organisation_id) for pk, organisation_id in rows)


def _store_samples(batch: Batch, checks: Ids, now: datetime) -> None:
    kept = np.isin(batch.check, checks)
    rows = np.flatnonzero(kept)
    metrics = [Metric(samples.STATE, "", "", rows, batch.state[rows].astype(np.float64))]
    metrics += [_only(metric, kept) for metric in batch.metrics]
    samples.append(batch.check, batch.time, [m for m in metrics if len(m.rows)], int(now.timestamp()) // samples.HOUR)


def _only(metric: Metric, kept: NDArray[np.bool_]) -> Metric:
    inside = kept[metric.rows]
    return metric if inside.all() else replace(metric, rows=metric.rows[inside], values=metric.values[inside])


def _answer_demands(batch: Batch, checks: Ids) -> bool:
    """Withdraw the demands that this batch answers; returns whether there were any."""
    known = set(checks.tolist())
    pairs = [(int(batch.check[row]), token) for row, token in batch.runs.items()]
    answered = [pair for pair in pairs if pair[0] in known]
    for check, token in answered:
        Check.objects.filter(pk=check, run_token=token).update(run_token="", run_token_at=None)
    return bool(answered)


def _finish(probe: Probe, batch: Batch, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE monitoring_probejournal SET acknowledged = %s WHERE probe_id = %s AND journal = %s",
            [batch.sequence, probe.pk, batch.journal],
        )
    values: dict[str, object] = {"seen_at": now, "clock_offset": probe.clock_offset}
    if batch.probe is not None:
        values["report"] = {name: value for name, value in batch.probe.items() if _is_told(name, value)}
    Probe.objects.filter(pk=probe.pk).update(**values)


def _is_told(name: str, value: object) -> bool:
    """Whether a probe's word about itself is one that the protocol knows, and a number that can be kept."""
    return name in REPORTED and isinstance(value, int | float) and math.isfinite(value)
