"""What the commands import and export do once Django is set up."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TextIO

from django.core.exceptions import ValidationError
from django.db import models

from drifta.desk.models import Ticket
from drifta.kernel import files
from drifta.kernel.actor import SYSTEM
from drifta.people import actions, importing
from drifta.people.models import Organisation, Person
from drifta.site.commands.house import as_trouble
from drifta.site.commands.words import Trouble, say
from drifta.words import gettext_noop as _

#: Rows that are read from the database at a time.
CHUNK = 2000


def import_people(content: bytes, organisation: str, apply: bool) -> int:
    """Plan, and with ``apply`` carry out, an import into the organisation of that name (the first one if empty)."""
    rows = Organisation.objects.order_by("pk")
    found = (rows.filter(name__iexact=organisation) if organisation else rows).first()
    if found is None:
        raise Trouble(_("There is no organisation %(name)s."), name=organisation)
    try:
        plan = importing.plan(found, content)
        for step in plan.steps:
            reasons = "; ".join(str(fault) for fault in step.faults)
            sys.stdout.write(f"{step.row.line}\t{step.verb}\t{step.name}\t{reasons}\n")
        if apply and plan.is_possible:
            actions.import_people(SYSTEM, organisation_id=found.pk, file=files.store(content).sha256)
            say(_("Done."))
    except ValidationError as refusal:
        raise as_trouble(refusal) from refusal
    return 1 if plan.count("fault") else 0


def export(what: str, target: TextIO) -> int:
    """Write every row of ``what`` (people, tickets) as a line of JSON, oldest first; returns how many."""
    count = 0
    for row in EXPORTS[what]():
        target.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")
        count += 1
    return count


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _people() -> Iterator[dict[str, Any]]:
    rows = Person.objects.visible_to(SYSTEM).prefetch_related("contact_points", "teams").order_by("pk")
    for person in rows.iterator(CHUNK):
        yield {
            **_fields(person, "id", "organisation_id", "name", "title", "language", "roles", "site_id", "manager_id"),
            "contact_points": [{"kind": point.kind, "value": point.value} for point in person.contact_points.all()],
            "teams": [team.name for team in person.teams.all()],
        }


def _tickets() -> Iterator[dict[str, Any]]:
    rows = Ticket.objects.prefetch_related("messages").order_by("pk")
    for ticket in rows.iterator(CHUNK):
        yield {
            **_fields(
                ticket, "id", "organisation_id", "kind", "state", "subject", "impact", "urgency", "priority",
                "category_id", "team_id", "owner_id", "requester_id", "site_id", "channel", "language", "resolution",
                "created_at", "updated_at", "resolved_at", "closed_at",
            ),
            "messages": [
                _fields(message, "id", "author_id", "author_name", "channel", "direction", "text", "created_at")
                for message in ticket.messages.all()
            ],
        }  # fmt: skip


def _fields(row: models.Model, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


EXPORTS: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {"people": _people, "tickets": _tickets}
