"""Intake for alerts of other systems: ``POST /api/v2/alerts`` as Prometheus' Alertmanager has it."""

from datetime import datetime, timedelta

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from drifta.kernel import clock
from drifta.kernel.actor import Actor
from drifta.kernel.permissions import may
from drifta.kernel.rest import problem
from drifta.monitoring import actions, jobs
from drifta.monitoring.actions.alerts import fingerprint
from drifta.monitoring.models import Alert, State

RESOLVE_AFTER = timedelta(minutes=5)
"""An alert without ``endsAt`` that is not repeated for this long has ended (Alertmanager's resolve_timeout)."""

MOST = 1000
SEVERITIES = {"warning": State.WARNING, "info": State.WARNING, "none": State.WARNING, "unknown": State.UNKNOWN}
"""Values of the label ``severity``; every other, and none, counts as bad."""


class Sent(msgspec.Struct, rename="camel"):
    """One alert as Alertmanager's clients send it."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    generator_u_r_l: str = ""


_decoder = msgspec.json.Decoder(list[Sent])


@csrf_exempt
@require_POST
def alerts(request: HttpRequest) -> HttpResponse:
    """Take alerts: the same labels are the same alert; one whose ``endsAt`` has passed has ended."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.kind != "token":
        return problem(401, _("Who are you?"), _("Send a valid API token: “Authorization: Bearer …”."))
    if not may(actor, "monitoring.raise_outside"):
        return problem(403, _("Not permitted"), _("This token may not report alerts. Give it the scope."))
    try:
        sent = _decoder.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return problem(400, _("This is not a list of alerts"), str(error))
    if len(sent) > MOST or any(not _fits(one) for one in sent):
        return problem(400, _("This is not a list of alerts"), _("Too many alerts, or labels missing or too long."))
    organisation = actor.organisation_id or 0
    for one in sent:
        _take(actor, organisation, one)
    jobs.settle_alerts.defer_in_turn(jobs.SETTLING)
    return HttpResponse(status=200)


def _fits(one: Sent) -> bool:
    texts = [*one.labels.items(), *one.annotations.items()]
    dates = [when for when in (one.starts_at, one.ends_at) if when is not None]
    aware = all(when.tzinfo is not None for when in dates)
    return bool(one.labels) and aware and all("\0" not in name + text and len(text) < 10_000 for name, text in texts)


def _take(actor: Actor, organisation_id: int, one: Sent) -> None:
    now = clock.now()
    ends = one.ends_at if one.ends_at is not None and one.ends_at.year > 1 else None
    labels = {name: text for name, text in one.labels.items() if text}
    if ends is not None and ends <= now:
        mark = fingerprint(organisation_id, labels)
        for alert in Alert.objects.filter(fingerprint=mark, ended_at=None):
            actions.clear_outside(actor, alert, when=ends)
        return
    actions.raise_outside(
        actor,
        organisation_id=organisation_id,
        labels=labels,
        annotations=one.annotations,
        severity=SEVERITIES.get(labels.get("severity", ""), State.BAD),
        began_at=one.starts_at if one.starts_at and one.starts_at.year > 1 else None,
        expires_at=ends or now + RESOLVE_AFTER,
    )
