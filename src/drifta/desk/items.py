"""The narrow list beside a ticket as HTML; not a template, for the reason given in ``ui/tables/rows.py``."""

from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

from drifta.desk.listing import TicketTable
from drifta.desk.models import Priority, Ticket
from drifta.ui.templatetags.drifta import state_icon
from drifta.ui.times import ago


def items_html(table: TicketTable, number: int) -> SafeString:
    """Return the tickets of the list's page as links; the one with ``number`` is the one beside which they stand."""
    channels = {value: escape(label) for value, label in Ticket.Channel.choices}
    parts = [
        _item(row, escape(table.url(row)), channels[row.channel], is_current=row.pk == number)
        for row in table.page.rows
    ]
    return mark_safe("".join(parts))  # noqa: S308 - every value was escaped


def _item(row: Ticket, url: str, channel: str, *, is_current: bool) -> str:
    unread = " unread" if row.last_from_requester and row.is_open else ""
    current = ' aria-current="true"' if is_current else ""
    return (
        f'<a class="item{unread}" data-row data-ticket="{row.pk}" id="item-{row.pk}" href="{url}" hx-get="{url}"'
        f' hx-target="#ticket-main" hx-swap="outerHTML" hx-push-url="true"{current}>'
        f'{_mark(row)}<span class="item-title">#{row.pk} {escape(row.subject)}</span>'
        f'<span class="item-second">{_people(row)} · {channel}</span>'
        f'<span class="line-end">{ago(row.updated_at)}</span></a>'
    )


def _mark(row: Ticket) -> str:
    """Show how urgent it is when it is; else what becomes of it."""
    return conditional_escape(state_icon(row.priority_state if row.priority <= Priority.HIGH else row.state))


def _people(row: Ticket) -> str:
    """Name who asks, and who works on it."""
    asking = row.requester.name if row.requester else "–"
    working = row.owner or row.team
    return escape(f"{asking} · {working.name}" if working else asking)
