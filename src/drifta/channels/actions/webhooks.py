"""Webhooks: web addresses that are told of events, signed so that the receiver can trust them."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.channels import webhooks
from drifta.channels.events import WebhookChanged
from drifta.channels.models import WebhookDelivery, WebhookEndpoint
from drifta.kernel import clock, secrets
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit, events
from drifta.kernel.models import change

S = WebhookDelivery.State


@action("channels.add_webhook", label=gettext_lazy("Add a webhook"), icon="webhook", offered=False)
def add_webhook(
    actor: Actor,
    *,
    organisation_id: int,
    name: str,
    url: str,
    secret: str,
    event_names: list[str] | None = None,
    may_be_internal: bool = False,
) -> WebhookEndpoint:
    """Tell a web address of events (of all when no names are given). ``secret`` signs what is sent."""
    if not actor.sees_organisation(organisation_id):
        raise Refused(_("You cannot set up webhooks for this organisation. Choose one of your own."))
    row = WebhookEndpoint(organisation_id=organisation_id)
    _save(row, name=name, url=url, secret=secret, event_names=event_names or [], may_be_internal=may_be_internal)
    emit(actor, WebhookChanged(webhook=row.name), subject=row)
    return row


@action("channels.change_webhook", label=gettext_lazy("Change"), icon="edit", versioned=True, offered=False)
def change_webhook(
    actor: Actor,
    row: WebhookEndpoint,
    *,
    name: str,
    url: str,
    secret: str = "",
    event_names: list[str] | None = None,
    may_be_internal: bool = False,
    is_active: bool = True,
) -> WebhookEndpoint:
    """Change a webhook; an empty secret keeps the present one."""
    row.version, row.is_active = row.version + 1, is_active
    _save(row, name=name, url=url, secret=secret, event_names=event_names or [], may_be_internal=may_be_internal)
    emit(actor, WebhookChanged(webhook=row.name), subject=row)
    return row


@action("channels.remove_webhook", label=gettext_lazy("Remove"), icon="trash", danger=True)
def remove_webhook(actor: Actor, row: WebhookEndpoint) -> None:
    """Tell this address nothing any more; what was not delivered yet is dropped."""
    emit(actor, WebhookChanged(webhook=row.name), subject=row)
    row.delete()
    webhooks.listening.forget()


@action("channels.note_delivery", label=gettext_lazy("Note a webhook's answer"), icon="webhook", offered=False)
def note_delivery(
    actor: Actor, *, delivery: int, status: int, error: str, retry_at: datetime | None
) -> WebhookDelivery:
    """Note what the receiver answered: taken (no error), for now not (``retry_at``), or never. The system's own."""
    row = WebhookDelivery.objects.get(pk=delivery)
    values: dict[str, Any] = {"attempts": row.attempts + 1, "status": status, "error": error[:500]}
    if not error:
        return change(row, state=S.DELIVERED, delivered_at=clock.now(), **values)
    if retry_at is None:
        return change(row, state=S.FAILED, **values)
    return change(row, next_attempt_at=retry_at, **values)


def _save(
    row: WebhookEndpoint, *, name: str, url: str, secret: str, event_names: list[str], may_be_internal: bool
) -> None:
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > 500:
        raise Refused(_("The address must begin with https:// or http:// and name a server."))
    unknown = sorted(set(event_names) - set(events))
    if unknown:
        raise Refused(_("There is no event “%(name)s”. Choose from the list of events.") % {"name": unknown[0][:80]})
    if secret:
        row.secret = secrets.seal(secret)
    if not row.secret:
        raise Refused(_("Enter a secret: the receiver checks with it that a message comes from Drifta."))
    row.name, row.url, row.events = name.strip()[:100] or parts.hostname, url.strip(), sorted(set(event_names))
    row.may_be_internal = may_be_internal
    row.save()
    webhooks.listening.forget()
