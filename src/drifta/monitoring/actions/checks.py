"""Checks: made, edited, switched, deleted, run out of turn."""

import secrets as random
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError

from drifta.kernel import clock, live, search
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change, subject_key
from drifta.monitoring.actions.alerts import end
from drifta.monitoring.cause import place_of
from drifta.monitoring.events import CheckCreated, CheckDeleted, CheckDemanded, CheckEdited, CheckSwitched
from drifta.monitoring.models import Alert, Check, CheckState, Probe
from drifta.monitoring.queries import kinds


def reassign(*probe_ids: int) -> None:
    """Tell probes that what they have to do has changed."""
    Probe.objects.filter(pk__in=set(probe_ids)).update(revision=F("revision") + 1)
    for probe_id in sorted(set(probe_ids)):
        live.tell(subject_key(Probe, probe_id))


@action("monitoring.create_check", label=gettext_lazy("Add check"), icon="plus")
def create_check(
    actor: Actor,
    *,
    organisation_id: int,
    name: str,
    kind: str,
    settings: dict[str, Any],
    probe_id: int | None = None,
    asset_id: int | None = None,
    interval: float = 60,
    timeout: float = 10,
    retries: int = 2,
    retry_interval: float = 10,
    flapping: bool = True,
    depends_on: list[int] | None = None,
) -> Check:
    """Watch something from now on."""
    if not actor.sees_organisation(organisation_id):
        raise Refused(_("You do not work for this organisation."))
    values = _validated(kind, settings)
    _refuse_bad_times(interval, timeout, retries, retry_interval)
    place = place_of(kind, values.model_dump(mode="json"))
    probe = _probe(actor, probe_id)
    _adopt(probe, organisation_id)
    check = Check.objects.create(
        organisation_id=organisation_id,
        name=name.strip()[:200],
        kind=kind,
        settings=kinds.stored(values),
        probe=probe,
        asset_id=asset_id,
        interval=interval,
        timeout=timeout,
        retries=retries,
        retry_interval=retry_interval,
        flapping=flapping,
        address=place.address,
        port=place.port,
        layer=place.layer,
    )
    CheckState.objects.create(check_row=check)
    _set_parents(actor, check, depends_on or [])
    reassign(check.probe_id)
    _index(check)
    emit(actor, CheckCreated(check=check.pk, name=check.name), subject=check)
    return check


@action("monitoring.edit", label=gettext_lazy("Edit"), icon="edit", versioned=True)
def edit_check(
    actor: Actor,
    check: Check,
    *,
    name: str | None = None,
    settings: dict[str, Any] | None = None,
    probe_id: int | None = None,
    asset_id: int | None = None,
    interval: float | None = None,
    timeout: float | None = None,
    retries: int | None = None,
    retry_interval: float | None = None,
    flapping: bool | None = None,
    depends_on: list[int] | None = None,
) -> Check:
    """Change how something is watched. What is not given stays; ``asset_id`` 0 takes the asset away."""
    before = check.probe_id
    new: dict[str, Any] = {"interval": interval, "timeout": timeout, "retries": retries}
    new |= {"retry_interval": retry_interval, "flapping": flapping, "name": name and name.strip()[:200]}
    new = {field: value for field, value in new.items() if value is not None}
    times = [new.get(field, getattr(check, field)) for field in ("interval", "timeout", "retries", "retry_interval")]
    _refuse_bad_times(*times)
    if settings is not None:
        new |= _new_settings(check, settings)
    if probe_id is not None:
        new["probe_id"] = _probe(actor, probe_id).pk
    if asset_id is not None:
        new["asset_id"] = asset_id or None
    change(check, **new)
    if depends_on is not None:
        _set_parents(actor, check, depends_on)
    reassign(before, check.probe_id)
    _index(check)
    emit(actor, CheckEdited(check=check.pk, name=check.name), subject=check)
    return check


def _new_settings(check: Check, settings: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in kinds.opened(check.settings).items() if name not in settings}
    values = _validated(check.kind, {**kept, **settings})
    place = place_of(check.kind, values.model_dump(mode="json"))
    stored = kinds.stored(values)
    return {"settings": stored, "address": place.address, "port": place.port, "layer": place.layer}


@action("monitoring.enable", label=gettext_lazy("Switch on"), icon="player-play")
def enable_check(actor: Actor, check: Check) -> Check:
    """Watch it again."""
    return _switch(actor, check, enabled=True)


@action("monitoring.disable", label=gettext_lazy("Switch off"), icon="player-pause")
def disable_check(actor: Actor, check: Check) -> Check:
    """Stop watching it for now; its alert ends, its history stays."""
    for alert in Alert.objects.filter(check_row=check, ended_at=None):
        end(actor, alert, clock.now())
    return _switch(actor, check, enabled=False)


def _switch(actor: Actor, check: Check, *, enabled: bool) -> Check:
    if check.enabled == enabled:
        return check
    change(check, enabled=enabled)
    CheckState.objects.filter(pk=check.pk).update(
        state=None, hard=True, attempt=1, hard_state=None, flapping=False, since=clock.now(), code="", parameters={}
    )
    reassign(check.probe_id)
    emit(actor, CheckSwitched(check=check.pk, name=check.name, enabled=enabled), subject=check)
    return check


@action("monitoring.delete", label=gettext_lazy("Delete"), icon="trash", danger=True)
def delete_check(actor: Actor, check: Check) -> None:
    """Stop watching it and forget its history; its curves go when they are too old."""
    for alert in Alert.objects.filter(check_row=check, ended_at=None):
        end(actor, alert, clock.now())
    emit(actor, CheckDeleted(check=check.pk, name=check.name), subject=check)
    reassign(check.probe_id)
    search.forget("check", check.pk)
    check.delete()


@action("monitoring.test", label=gettext_lazy("Test now"), icon="refresh")
def test_check(actor: Actor, check: Check) -> Check:
    """Let the probe run it at once; the result is on the page a moment later."""
    if not check.enabled:
        raise Refused(_("The check is switched off. Switch it on first."))
    demand(check)
    emit(actor, CheckDemanded(check=check.pk, name=check.name), subject=check)
    return check


def demand(check: Check) -> None:
    """Ask the check's probe for a run out of turn (inside an action)."""
    Check.objects.filter(pk=check.pk).update(run_token=random.token_hex(8), run_token_at=clock.now())
    reassign(check.probe_id)


def _validated(kind: str, settings: dict[str, Any]) -> BaseModel:
    try:
        return kinds.kind_of(kind).Settings.model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(
            _("The setting “%(field)s” does not fit: %(problem)s") % {"field": where, "problem": first["msg"]}
        ) from error


def _refuse_bad_times(interval: float, timeout: float, retries: int, retry_interval: float) -> None:
    if not 1 <= interval <= 86400 or not 1 <= retry_interval <= 86400:
        raise Refused(_("Intervals are between 1 second and 1 day."))
    if not 0.05 <= timeout < interval:
        raise Refused(_("The timeout must be shorter than the interval."))
    if not 0 <= retries <= 250:
        raise Refused(_("Between 0 and 250 retries are possible."))


def _probe(actor: Actor, probe_id: int | None) -> Probe:
    probes = Probe.objects.usable_by(actor)
    probe = probes.filter(pk=probe_id).first() if probe_id else probes.order_by("-local", "pk").first()
    if probe is None:
        raise Refused(_("There is no such probe. Register a probe first, or choose another one."))
    return probe


def _index(check: Check) -> None:
    """Let the search find the check by name and address; for insiders only."""
    search.index(
        "check",
        check.pk,
        organisation_id=check.organisation_id,
        title=check.name,
        internal=f"{check.address} {check.kind}",
    )


def _adopt(probe: Probe, organisation_id: int) -> None:
    """Give the server's own probe, which is there before any organisation, to the first one that uses it."""
    if probe.organisation_id is None and probe.local:
        probe.organisation_id = organisation_id
        probe.save(update_fields=["organisation"])


def _set_parents(actor: Actor, check: Check, parents: list[int]) -> None:
    """Set the checks it depends on; a circle is refused."""
    found = list(Check.objects.visible_to(actor).filter(pk__in=parents, organisation_id=check.organisation_id))
    if any(check.pk in _ancestors(parent.pk) for parent in found):
        raise Refused(_("The checks would depend on each other in a circle."))
    check.depends_on.set(found)


def _ancestors(pk: int) -> set[int]:
    seen, todo = {pk}, {pk}
    while todo:
        todo = set(Check.objects.filter(dependants__in=todo).values_list("pk", flat=True)) - seen
        seen |= todo
    return seen
