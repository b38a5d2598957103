"""Editing what a ticket is about. Versioned: a change based on an old copy is a conflict, never a silent overwrite."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.desk import document, references
from drifta.desk.actions import steps
from drifta.desk.events import TicketEdited
from drifta.desk.models import Category, Ticket
from drifta.desk.priority import LEVELS, levels_for, priority
from drifta.desk.stage import is_not_closed
from drifta.desk.text import LONGEST_SUBJECT, one_line
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change


@action("desk.edit", label=gettext_lazy("Edit"), icon="pencil", versioned=True)
def edit(
    actor: Actor,
    ticket: Ticket,
    *,
    subject: str | None = None,
    kind: str | None = None,
    impact: int | None = None,
    urgency: int | None = None,
    category_id: int | None = None,
    site_id: int | None = None,
    requester_id: int | None = None,
    asset_ids: Sequence[int] | None = None,
    service_ids: Sequence[int] | None = None,
) -> Ticket:
    """Give fields new values. None leaves a field as it is; 0 empties category, site or requester.

    Raises ``Conflict`` when the ticket has changed since the caller's copy, ``Refused`` for values that do not exist.
    """
    wanted = _plain(subject, kind, impact, urgency)
    wanted |= _related(actor, ticket, category_id, site_id, requester_id)
    changes = {name: [_shown(ticket, name), None] for name, value in wanted.items() if getattr(ticket, name) != value}
    new = {name: wanted[name] for name in changes}
    if "impact" in new or "urgency" in new:
        new["priority"] = priority(new.get("impact", ticket.impact), new.get("urgency", ticket.urgency))
    relations = _relations(actor, ticket, asset_ids, service_ids)
    if not changes and not relations:
        return ticket
    change(ticket, **new, **steps.touched(actor, ticket))
    for name, texts in changes.items():
        texts[1] = _shown(ticket, name)
    emit(actor, TicketEdited(ticket.pk, changes | relations), subject=ticket)
    if "subject" in changes:
        document.rebuild(ticket)
    return ticket


@action("desk.prioritise", label=gettext_lazy("Set priority"), icon="flag", fits=is_not_closed)
def prioritise(actor: Actor, ticket: Ticket, *, wanted: int) -> Ticket:
    """Set the priority (1 to 5) directly; impact and urgency follow."""
    if wanted not in range(1, 6):
        raise Refused(_("A priority is 1 (critical) to 5 (planning)."))
    if wanted == ticket.priority:
        return ticket
    impact, urgency = levels_for(wanted)
    before = _shown(ticket, "priority")
    change(ticket, impact=impact, urgency=urgency, priority=wanted, **steps.touched(actor, ticket))
    emit(actor, TicketEdited(ticket.pk, {"priority": [before, str(wanted)]}), subject=ticket)
    return ticket


def _plain(subject: str | None, kind: str | None, impact: int | None, urgency: int | None) -> dict[str, Any]:
    """Check and return the plain fields that are given."""
    if subject is not None and not (subject := one_line(subject, LONGEST_SUBJECT)):
        raise Refused(_("A ticket needs a subject. Write what it is about in a few words."))
    if kind is not None and kind not in Ticket.Kind:
        raise Refused(_("This kind of ticket does not exist. Choose one of those offered."))
    if any(level is not None and level not in LEVELS for level in (impact, urgency)):
        raise Refused(_("Impact and urgency are high (1), medium (2) or low (3). Choose one of these."))
    given = {"subject": subject, "kind": kind, "impact": impact, "urgency": urgency}
    return {name: value for name, value in given.items() if value is not None}


def _related(
    actor: Actor, ticket: Ticket, category_id: int | None, site_id: int | None, requester_id: int | None
) -> dict[str, Any]:
    """Look the named category, site and requester up."""
    found: dict[str, Any] = {}
    if category_id is not None:
        found["category"] = _category(ticket, category_id)
    if site_id is not None:
        found["site"] = references.visible_or_none(actor, "inventory.Site", site_id)
    if requester_id is not None:
        found["requester"] = references.visible_or_none(actor, "people.Person", requester_id)
    return found


def _category(ticket: Ticket, category_id: int) -> Category | None:
    found = Category.objects.filter(organisation_id=ticket.organisation_id, pk=category_id).first()
    if category_id and found is None:
        raise Refused(_("This category does not exist here. Choose another one."))
    return found


def _relations(
    actor: Actor, ticket: Ticket, asset_ids: Sequence[int] | None, service_ids: Sequence[int] | None
) -> dict[str, list[Any]]:
    """Set the linked assets and services that are given; returns what changed, as the event has it."""
    changes: dict[str, list[Any]] = {}
    for name, label, pks in (
        ("assets", "inventory.Asset", asset_ids),
        ("services", "inventory.Service", service_ids),
    ):
        manager = getattr(ticket, name)
        before = list(manager.all()) if pks is not None else []
        if pks is not None and {row.pk for row in before} != set(pks):
            after = references.several(actor, label, pks)
            manager.set(after)
            changes[name] = [", ".join(map(str, before)), ", ".join(map(str, after))]
    return changes


def _shown(ticket: Ticket, name: str) -> str:
    """Return a field's value as it stands in the event: texts and plain codes, empty for nothing."""
    value = getattr(ticket, name)
    return "" if value is None else str(value)
