"""Holding tickets that a program is about to change."""

from collections.abc import Collection

from drifta.desk.models import Ticket
from drifta.kernel import unit


def held(numbers: Collection[int]) -> dict[int, Ticket]:
    """Lock several tickets at once within an action, and return those that exist by their numbers.

    For the system's own use: it does not ask who may see them.
    """
    rows = Ticket.objects.filter(pk__in=numbers).prefetch_related("watching")
    return {ticket.pk: ticket for ticket in unit.locked(rows)}
