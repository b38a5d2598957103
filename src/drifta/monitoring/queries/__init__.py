"""Reads of monitoring used twice, or by others."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q, QuerySet

from drifta.kernel.actor import Actor
from drifta.monitoring.cause import Place, Placed
from drifta.monitoring.models import Alert, Check, Probe, State
from drifta.people import queries as people


def placed(check: Check) -> Placed:
    """Return a check as the question of cause needs it."""
    parents = frozenset(parent.pk for parent in check.depends_on.all())
    return Placed(check.pk, Place(check.address, check.port, check.layer), check.asset_id, parents)


def neighbours(check: Check) -> list[Check]:
    """Return the enabled checks that may explain this one or be explained by it, with their states."""
    ties = Check.depends_on.through.objects.filter(Q(from_check=check) | Q(to_check=check))
    together = Q(pk__in={pk for tie in ties.values_list("from_check", "to_check") for pk in tie})
    if check.asset_id is not None:
        together |= Q(asset=check.asset_id)
    if check.address:
        together |= Q(address=check.address)
    rows = Check.objects.filter(together, organisation=check.organisation_id, enabled=True).exclude(pk=check.pk)
    return list(rows.select_related("now").prefetch_related("depends_on"))


def open_alerts(actor: Actor) -> QuerySet[Alert]:
    """Return the open alerts that the actor may see, causes and symptoms, worst and oldest first."""
    rows = Alert.objects.visible_to(actor).filter(ended_at=None)
    return rows.select_related("check_row", "cause", "probe").order_by("-severity", "began_at")


def problems(actor: Actor) -> QuerySet[Alert]:
    """Return the open alerts that are causes of their own, oldest first, the bad ones before the warnings."""
    return open_alerts(actor).filter(cause=None)


def problems_near(actor: Actor, person: Any) -> QuerySet[Alert]:
    """Return the problems that somebody may call about: at their site, or with a device of theirs."""
    near = Q(check_row__asset__owner=person.pk)
    if person.site_id is not None:
        near |= Q(check_row__asset__site=person.site_id) | Q(probe__site=person.site_id)
    return problems(actor).filter(near)


def alerts_of_ticket(actor: Actor, ticket_id: int) -> QuerySet[Alert]:
    """Return the alerts of a ticket, causes first."""
    rows = Alert.objects.visible_to(actor).filter(ticket_id=ticket_id)
    return rows.prefetch_related("check_row", "probe").order_by("-cause_id", "began_at")


def failing(checks: Iterable[Check]) -> list[Check]:
    """Return those that are bad for certain (hard)."""
    return [check for check in checks if check.now.hard_state == State.BAD]


def check_choices(actor: Actor, check: Check | None = None) -> dict[str, list[tuple[int, str]]]:
    """Return what a check's form offers: organisations, assets, and checks it may depend on."""
    organisations = people.organisations(actor)
    rows = Check.objects.visible_to(actor)
    if check is not None:
        organisations = organisations.filter(pk=check.organisation_id)
        rows = rows.filter(organisation=check.organisation_id).exclude(pk=check.pk)
    assets = _assets().visible_to(actor).filter(organisation__in=organisations)
    return {
        "organisation_id": [(row.pk, row.name) for row in organisations],
        "asset_id": list(assets.order_by("name").values_list("pk", "name")[:2000]),
        "depends_on": list(rows.order_by("name").values_list("pk", "name")[:2000]),
    }


def site_choices(actor: Actor) -> dict[str, list[tuple[int, str]]]:
    """Return what a probe's form offers: organisations and sites."""
    organisations = [(row.pk, row.name) for row in people.organisations(actor)]
    sites = _related(Probe, "site")._default_manager.visible_to(actor)  # type: ignore[attr-defined]
    return {"organisation_id": organisations, "site_id": list(sites.order_by("name").values_list("pk", "name"))}


def _assets() -> Any:
    """Return the inventory's assets, reached through the foreign key."""
    return _related(Check, "asset")._default_manager


def _related(model: type[Model], name: str) -> type[Model]:
    found = model._meta.get_field(name).related_model
    assert isinstance(found, type)
    return found
