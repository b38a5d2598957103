"""Probes that have fallen silent: their checks are unknown, and there is one alert, for the probe."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel import clock
from drifta.kernel.actions import action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.monitoring.actions.alerts import begin, end
from drifta.monitoring.events import ProbeBack, ProbeSilent
from drifta.monitoring.models import Alert, Check, CheckState, Probe, State, StateChange
from drifta.monitoring.queries.kinds import SILENT

SILENT_AFTER = timedelta(seconds=45)
"""A probe delivers every 10 seconds at least; after this long without a batch it counts as silent."""


@action("monitoring.find_silent_probes", label=gettext_lazy("Look for silent probes"))
def find_silent_probes(actor: Actor) -> list[int]:
    """Mark the probes that have not delivered for too long; returns them."""
    limit = clock.now() - SILENT_AFTER
    rows = Probe.objects.select_for_update(skip_locked=True).filter(
        Exists(Check.objects.filter(probe=OuterRef("pk"), enabled=True)), seen_at__lt=limit, silent_since=None
    )
    silent = list(rows)
    for probe in silent:
        _fall_silent(actor, probe)
    return [probe.pk for probe in silent]


def _fall_silent(actor: Actor, probe: Probe) -> None:
    now = clock.now()
    probe.silent_since = probe.seen_at
    probe.save(update_fields=["silent_since"])
    parameters = {"probe": probe.name}
    states = CheckState.objects.filter(check_row__probe=probe, check_row__enabled=True)
    StateChange.objects.bulk_create(
        StateChange(check_id=pk, at=now, state=State.UNKNOWN, code=SILENT, parameters=parameters)
        for pk in states.values_list("pk", flat=True)
    )
    states.update(state=State.UNKNOWN, hard=True, hard_state=State.UNKNOWN, since=now)
    emit(actor, ProbeSilent(probe=probe.pk, name=probe.name), subject=probe)
    if not Alert.objects.filter(fingerprint=f"probe:{probe.pk}", ended_at=None).exists():
        begin(actor, [_alert(probe)])


def _alert(probe: Probe) -> Alert:
    first = probe.checks.order_by("pk").first()
    return Alert(
        organisation_id=probe.organisation_id or (first.organisation_id if first else None),
        source=Alert.Source.PROBE,
        probe=probe,
        fingerprint=f"probe:{probe.pk}",
        title=_("Probe %(name)s") % {"name": probe.name},
        severity=State.BAD,
        began_at=probe.seen_at or clock.now(),
        code=SILENT,
        parameters={"probe": probe.name},
    )


@action("monitoring.hear_probe", label=gettext_lazy("Hear a probe again"))
def hear_probe(actor: Actor, probe: Probe) -> None:
    """Note that a silent probe delivers again."""
    if probe.silent_since is None:
        return
    probe.silent_since = None
    probe.save(update_fields=["silent_since"])
    emit(actor, ProbeBack(probe=probe.pk, name=probe.name), subject=probe)
    for alert in Alert.objects.filter(fingerprint=f"probe:{probe.pk}", ended_at=None):
        end(actor, alert, clock.now())
