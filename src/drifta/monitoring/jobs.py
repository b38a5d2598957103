"""Background work of monitoring: settling alerts, finding silent probes, packing and forgetting measurements."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from drifta.kernel import clock, guard, settings
from drifta.kernel.actor import SYSTEM
from drifta.kernel.jobs import job, periodic
from drifta.monitoring.actions import clear_outside, find_silent_probes, settle
from drifta.monitoring.models import Alert
from drifta.monitoring.settings import Storage
from drifta.monitoring.store import compaction, history

log = logging.getLogger(__name__)

SETTLING = "monitoring.settle"
"""The lock under which alerts are settled: one job after another, so that two never open two tickets."""

HOUR = 3600
COMPACT_AFTER = timedelta(minutes=5)


WAITING = Q(settled=False, ended_at=None) | Q(ticket_id__isnull=False, ended_at__isnull=False, end_noted=False)
"""Alerts that are neither cause nor symptom yet, and ended ones whose ticket has not been told."""


@job(name="monitoring.settle_alerts", queue="alerts")
def settle_alerts() -> None:
    """Settle the alerts that wait for it, and tell tickets of those that have ended."""
    for number in Alert.objects.filter(WAITING).order_by("began_at", "pk").values_list("pk", flat=True):
        settle(SYSTEM, number=number)


@periodic("* * * * * */10", name="monitoring.look_after_alerts")
def look_after_alerts() -> None:
    """Find probes that fell silent, end outside alerts that were not repeated, settle what was left."""
    find_silent_probes(SYSTEM)
    for alert in Alert.objects.filter(ended_at=None, expires_at__lt=clock.now()):
        clear_outside(SYSTEM, alert, when=alert.expires_at)
    if Alert.objects.filter(WAITING).exists():
        settle_alerts.defer_in_turn(SETTLING)


@periodic("3-59/10 * * * *", name="monitoring.compact")
def compact() -> None:
    """Pack the samples of past hours."""
    hour = int((clock.now() - COMPACT_AFTER).timestamp()) // HOUR
    for table in compaction.past_tables(hour):
        with guard.writing():
            count = compaction.compact(table)
        log.info("Packed %s samples of %s.", count, table)


@periodic("41 2 * * *", name="monitoring.forget")
def forget() -> None:
    """Delete measurements and history that are too old, and prepare the coming months."""
    limit = clock.now() - timedelta(days=settings.get(Storage).keep_days)
    with transaction.atomic(), guard.writing():
        compaction.forget(int(limit.timestamp()))
        history.prepare(clock.now())
        history.forget(limit)
