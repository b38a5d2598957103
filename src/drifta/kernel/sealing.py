"""The hash chain over the event log, and its partitions by month.

Writers never wait for the chain: a job seals stretches that are finished, that is, older than every transaction still
running, so that no event with a smaller number can appear afterwards. ``verify`` recomputes the chain.
"""

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta

from django.db import IntegrityError, connection, transaction

from drifta.kernel import clock
from drifta.kernel.jobs import periodic
from drifta.kernel.models import LoggedEvent, Seal

#: Events in one seal at most.
STRETCH = 50_000
GENESIS = b"\0" * 32
FIELDS = ("id", "at", "name", "subject", "organisation_id", "actor_kind", "actor_id", "actor_name", "data")


def digest(before: bytes, rows: Iterable[tuple[object, ...]]) -> bytes:
    """Return SHA-256 over the seal before and the rows in order; each row is JSON with sorted keys."""
    chain = hashlib.sha256(before)
    for row in rows:
        chain.update(json.dumps(row, sort_keys=True, default=str, ensure_ascii=False).encode())
        chain.update(b"\n")
    return chain.digest()


def _rows(first: int, last: int) -> list[tuple[object, ...]]:
    return list(LoggedEvent.objects.filter(pk__gte=first, pk__lte=last).order_by("pk").values_list(*FIELDS))


def _horizon() -> int:
    """Return the number of the newest event that no running transaction can slip before; 0 if there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(id), 0) FROM kernel_event WHERE recorded_at <"
            " (SELECT coalesce(min(xact_start), now()) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()) - interval '1 second'"
        )
        return int(cursor.fetchone()[0])


@periodic("*/5 * * * *", name="kernel.seal_events")
def seal() -> None:
    """Seal what is finished."""
    horizon = _horizon()
    while _seal_stretch(horizon):
        pass


def _seal_stretch(horizon: int) -> bool:
    with transaction.atomic():
        newest = Seal.objects.select_for_update().order_by("-last_event").first()
        start = newest.last_event + 1 if newest else 1
        rows = list(
            LoggedEvent.objects.filter(pk__gte=start, pk__lte=horizon).order_by("pk").values_list(*FIELDS)[:STRETCH]
        )
        if not rows:
            return False
        before = bytes(newest.digest) if newest else GENESIS
        Seal.objects.create(first_event=start, last_event=rows[-1][0], count=len(rows), digest=digest(before, rows))
        return len(rows) == STRETCH


def verify() -> int | None:
    """Recompute the chain; returns the first event of the stretch that does not fit its seal, None if all is well."""
    before = GENESIS
    for sealed in Seal.objects.order_by("last_event").iterator():
        rows = _rows(sealed.first_event, sealed.last_event)
        if len(rows) != sealed.count or digest(before, rows) != bytes(sealed.digest):
            return sealed.first_event
        before = bytes(sealed.digest)
    return None


@periodic("5 3 * * *", name="kernel.make_partitions")
def make_partitions() -> None:
    """Make the partitions of the event log for this month and the next two; rows of other months go to the rest.

    A month of which rows lie in the rest already (that of the installation, or after a long pause) stays there.
    """
    month = clock.now().date().replace(day=1)
    for _ in range(3):
        following = (month + timedelta(days=32)).replace(day=1)
        _make_partition(month, following)
        month = following


def _make_partition(month: date, following: date) -> None:
    name = f"kernel_event_{month:%Y_%m}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return
        with suppress(IntegrityError), transaction.atomic():  # the rest has rows of this month
            cursor.execute(
                f"CREATE TABLE {name} PARTITION OF kernel_event FOR VALUES FROM ('{month}') TO ('{following}')"
            )
