"""Hands events to webhooks: one row for each endpoint in the action's transaction, sent by a job for each endpoint.

What is sent, and how it is signed, stands in ``docs/formats/webhooks.md``.
"""

import hashlib
import hmac
import http.client
import json
import time
from datetime import timedelta
from typing import Any

from django.db import transaction

from drifta.channels import actions
from drifta.channels.connectors import web
from drifta.channels.models import WebhookDelivery, WebhookEndpoint
from drifta.kernel import clock, guard, secrets
from drifta.kernel.actor import SYSTEM
from drifta.kernel.events import follow
from drifta.kernel.jobs import JobCall, job
from drifta.kernel.models import LoggedEvent

#: Until the next attempts; about two days in all.
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)


#: Seconds that a process goes on without asking anew which endpoints there are; it is asked at every fact.
FRESH = 1.0


class Listening:
    """The endpoints in use, as this process last saw them."""

    def __init__(self) -> None:
        self.rows: list[WebhookEndpoint] = []
        self.until = 0.0

    def __call__(self) -> list[WebhookEndpoint]:
        """Return the endpoints, at most a second old."""
        if time.monotonic() >= self.until:
            self.rows = list(WebhookEndpoint.objects.filter(is_active=True))
            self.until = time.monotonic() + FRESH
        return self.rows

    def forget(self) -> None:
        """Ask anew next time."""
        self.until = 0.0


listening = Listening()


@follow
def hand_over(logged: LoggedEvent) -> list[JobCall]:
    """Make a delivery for each endpoint of the organisation that wants this event."""
    if logged.organisation_id is None:
        return []
    rows = (row for row in listening() if row.organisation_id == logged.organisation_id)
    wanted = [row for row in rows if not row.events or logged.name in row.events]
    if not wanted:
        return []
    payload = payload_of(logged)
    with guard.writing():
        WebhookDelivery.objects.bulk_create(
            WebhookDelivery(endpoint=row, event=logged.pk, event_name=logged.name, payload=payload) for row in wanted
        )
    return [JobCall(send, {"endpoint": row.pk}) for row in wanted]


def payload_of(logged: LoggedEvent) -> dict[str, Any]:
    """Return what the receiver is told of an event."""
    return {
        "id": logged.pk,
        "event": logged.name,
        "at": logged.at.isoformat(),
        "subject": logged.subject,
        "organisation": logged.organisation_id,
        "actor": {"kind": logged.actor_kind, "id": logged.actor_id, "name": logged.actor_name},
        "data": logged.data,
    }


def signature(secret: str, moment: int, body: bytes) -> str:
    """Return the signature over time (seconds since 1970) and body: HMAC-SHA256 in hex."""
    return hmac.new(secret.encode(), str(moment).encode() + b"." + body, hashlib.sha256).hexdigest()


@job(name="channels.send_webhooks", queue="webhooks", attempts=3)
def send(endpoint: int) -> None:
    """Send what is due for one endpoint, oldest first; after a failure the rest waits for the next look."""
    while send_next(endpoint):
        pass


def send_next(endpoint: int) -> bool:
    """Claim and send one delivery; returns whether the endpoint took one and may get the next."""
    with transaction.atomic():
        rows = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("endpoint")
        due = rows.filter(endpoint=endpoint, state=WebhookDelivery.State.WAITING, next_attempt_at__lte=clock.now())
        delivery = due.order_by("pk").first()
        if delivery is None:
            return False
        status, error = _post(delivery)
        is_last = delivery.attempts >= len(PAUSES)
        retry_at = None if is_last else clock.now() + PAUSES[delivery.attempts]
        actions.note_delivery(SYSTEM, delivery=delivery.pk, status=status, error=error, retry_at=retry_at)
        if error and retry_at is not None:
            send.defer_at(retry_at, endpoint=endpoint)
        return not error


def _post(delivery: WebhookDelivery) -> tuple[int, str]:
    """Return the HTTP status (0 without an answer) and what went wrong, empty when nothing did."""
    endpoint = delivery.endpoint
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    moment = int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Drifta",
        "X-Drifta-Event": delivery.event_name,
        "X-Drifta-Delivery": str(delivery.pk),
        "X-Drifta-Signature": f"t={moment},v1={signature(secrets.unseal(endpoint.secret), moment, body)}",
    }
    try:
        answer = web.post(endpoint.url, body, headers, internal=endpoint.may_be_internal)
    except (web.Forbidden, OSError, ValueError, http.client.HTTPException, secrets.Unreadable) as error:
        return 0, str(error) or type(error).__name__
    return answer.status, "" if answer.is_good else answer.text[:200] or http.client.responses.get(answer.status, "?")
