"""Reads of monitoring used twice, or by others."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from drifta.kernel.actor import Actor
from drifta.monitoring.cause import Place, Placed
from drifta.monitoring.models import Alert, Check, State


def placed(check: Check) -> Placed:
    """Return a check as the question of cause needs it."""
    parents = frozenset(parent.pk for parent in check.depends_on.all())
    return Placed(check.pk, Place(check.address, check.port, check.layer), check.asset_id, parents)


def neighbours(check: Check) -> list[Check]:
    """Return the enabled checks that may explain this one or be explained by it, with their states."""
    together = Q(dependants=check) | Q(depends_on=check)
    if check.asset_id is not None:
        together |= Q(asset=check.asset_id)
    if check.address:
        together |= Q(address=check.address)
    rows = Check.objects.filter(together, organisation=check.organisation_id, enabled=True).exclude(pk=check.pk)
    return list(rows.select_related("now").prefetch_related("depends_on").distinct())


def open_alerts(actor: Actor) -> QuerySet[Alert]:
    """Return the open alerts that the actor may see, causes and symptoms, worst and oldest first."""
    rows = Alert.objects.visible_to(actor).filter(ended_at=None)
    return rows.select_related("check_row", "cause", "probe").order_by("-severity", "began_at")


def problems(actor: Actor) -> QuerySet[Alert]:
    """Return the open alerts that are causes of their own, oldest first, the bad ones before the warnings."""
    return open_alerts(actor).filter(cause=None)


def alerts_of_ticket(actor: Actor, ticket_id: int) -> QuerySet[Alert]:
    """Return the alerts of a ticket, causes first."""
    rows = Alert.objects.visible_to(actor).filter(ticket_id=ticket_id)
    return rows.select_related("check_row", "probe").order_by("-cause_id", "began_at")


def failing(checks: Iterable[Check]) -> list[Check]:
    """Return those that are bad for certain (hard)."""
    return [check for check in checks if check.now.hard_state == State.BAD]
