"""The same action on many tickets: each by itself, so that one that is refused does not stop the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from drifta.desk.models import Ticket
from drifta.kernel.actions import Refused, catalogue
from drifta.kernel.actor import Actor

#: What can be done to many tickets at once.
VERBS: Final = ("assign", "take", "hold", "resume", "resolve", "close", "reopen", "prioritise")
#: Tickets of one request.
MOST: Final = 500


@dataclass(frozen=True)
class BulkResult:
    """What became of one ticket: ``error`` is empty when it worked, else the reason in the actor's language."""

    ticket_id: int
    subject: str
    error: str = ""


def bulk(actor: Actor, *, verb: str, ticket_ids: Iterable[int], values: Mapping[str, Any]) -> list[BulkResult]:
    """Run ``desk.<verb>`` on each ticket. Tickets the actor does not see are reported as missing."""
    wanted = sorted(set(ticket_ids))
    if verb not in VERBS or len(wanted) > MOST:
        raise Refused(_("This cannot be done to that many tickets at once. Choose fewer."))
    found = Ticket.objects.visible_to(actor).in_bulk(wanted)
    return [_one(actor, verb, number, found.get(number), values) for number in wanted]


def _one(actor: Actor, verb: str, number: int, ticket: Ticket | None, values: Mapping[str, Any]) -> BulkResult:
    if ticket is None:
        return BulkResult(number, "", _("There is no such ticket."))
    try:
        catalogue[f"desk.{verb}"].run(actor, ticket, **values)
    except Refused as refusal:
        return BulkResult(number, ticket.subject, " ".join(refusal.messages))
    except PermissionDenied as denied:
        return BulkResult(number, ticket.subject, str(denied))
    return BulkResult(number, ticket.subject)
