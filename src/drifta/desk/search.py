"""Tickets in the one search."""

from django.utils.translation import gettext_lazy as _

from drifta.desk.document import SOURCE
from drifta.desk.models import Ticket
from drifta.kernel.search import Source, register

register(
    Source(
        kind=SOURCE,
        label=_("Tickets"),
        icon="ticket",
        visible=Ticket.objects.visible_to,
        url=lambda number: f"/tickets/{number}",
        insider=lambda actor: actor.has("desk.read_all"),
        numbered=True,
    )
)
