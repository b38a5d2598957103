"""Alerts: they begin, change severity, end; people acknowledge them; other systems report theirs."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from drifta.kernel import clock
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit, emit_all
from drifta.monitoring.events import AlertAcknowledged, AlertCleared, AlertRaised
from drifta.monitoring.models import Alert, State
from drifta.words import gettext_noop

WORDS = {None: "pending", State.GOOD: "good", State.WARNING: "warning", State.BAD: "bad", State.UNKNOWN: "unknown"}
"""The stable words for states, in events and in the API."""


def begin(actor: Actor, alerts: list[Alert]) -> None:
    """Raise alerts whose fingerprints are not open (inside an action)."""
    made = Alert.objects.bulk_create(alerts)
    emit_all(actor, ((_raised(alert), alert) for alert in made))


def _raised(alert: Alert) -> AlertRaised:
    severity = WORDS[State(alert.severity)]
    return AlertRaised(alert=alert.pk, check=alert.check_row_id, title=alert.title, severity=severity)


def worsen(alert: Alert, severity: int, code: str, parameters: dict[str, Any]) -> None:
    """Note that an open alert is now of another severity, or says something else (inside an action)."""
    alert.severity, alert.code, alert.parameters = severity, code, parameters
    alert.save(update_fields=["severity", "code", "parameters"])


def end(actor: Actor, alert: Alert, when: datetime) -> None:
    """End an alert (inside an action)."""
    alert.ended_at = max(when, alert.began_at)
    alert.save(update_fields=["ended_at"])
    emit(actor, AlertCleared(alert=alert.pk, check=alert.check_row_id, title=alert.title), subject=alert)


@action("monitoring.acknowledge", label=gettext_lazy("Acknowledge"), icon="check")
def acknowledge(actor: Actor, alert: Alert) -> Alert:
    """Say that one takes care of it."""
    if alert.ended_at is not None:
        raise Refused(_("The alert has ended; there is nothing left to acknowledge."))
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by_id = clock.now(), actor.person_id
        alert.save(update_fields=["acknowledged_at", "acknowledged_by"])
        emit(actor, AlertAcknowledged(alert=alert.pk, title=alert.title), subject=alert)
    return alert


def fingerprint(organisation_id: int | None, labels: dict[str, str]) -> str:
    """Return what identifies an outside alert: the hash of its organisation and labels, in any order."""
    text = json.dumps([organisation_id, sorted(labels.items())])
    return hashlib.sha256(text.encode()).hexdigest()


@action("monitoring.raise_outside", label=gettext_lazy("Report an alert"), icon="bell")
def raise_outside(
    actor: Actor,
    *,
    organisation_id: int,
    labels: dict[str, str],
    annotations: dict[str, str] | None = None,
    severity: int = State.BAD,
    began_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Alert:
    """Take in an alert of another system; the same labels again only prolong it."""
    if not actor.sees_organisation(organisation_id):
        raise Refused(_("You do not work for this organisation."))
    mark, now = fingerprint(organisation_id, labels), clock.now()
    lock(mark)
    alert = Alert.objects.filter(fingerprint=mark, ended_at=None).first()
    notes = annotations or {}
    text = notes.get("summary") or notes.get("description") or labels.get("alertname", "")
    if alert is not None:
        alert.expires_at, alert.annotations = expires_at, notes
        alert.save(update_fields=["expires_at", "annotations"])
        worsen(alert, severity, "outside", {"text": text[:1000]})
        return alert
    alert = Alert(
        organisation_id=organisation_id,
        source=Alert.Source.OUTSIDE,
        fingerprint=mark,
        title=_outside_title(labels),
        severity=severity,
        began_at=min(began_at or now, now),
        expires_at=expires_at,
        code="outside",
        parameters={"text": text[:1000]},
        labels=labels,
        annotations=notes,
    )
    begin(actor, [alert])
    return alert


@action("monitoring.clear_outside", label=gettext_lazy("End a reported alert"), icon="check")
def clear_outside(
    actor: Actor,
    alert: Alert,
    *,
    when: Annotated[
        datetime | None, Field(title=gettext_noop("Ended at"), description=gettext_noop("Empty: now."))
    ] = None,
) -> Alert:
    """End an alert of another system: it said so, or has not repeated it in time."""
    if alert.source == Alert.Source.OUTSIDE and alert.ended_at is None:
        end(actor, alert, min(when or clock.now(), clock.now()))
    return alert


def lock(mark: str) -> None:
    """Let transactions that name the same mark follow one another (inside an action)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [mark])


def _outside_title(labels: dict[str, str]) -> str:
    name = labels.get("alertname") or _("Alert")
    where = labels.get("instance") or labels.get("host") or labels.get("job") or ""
    return f"{name} · {where}"[:300] if where else name[:300]
