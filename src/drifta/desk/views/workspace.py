"""The workspace: views, list, conversation and context beside each other; and its parts, fetched when they change."""

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from drifta.desk.listing import TicketTable, items_html, view_of
from drifta.desk.views.common import (
    composer_context,
    for_agents,
    side_context,
    story_context,
    ticket_or_404,
)
from drifta.desk.views.lists import sidebar
from drifta.kernel.http import Request

#: The parts of a ticket's page that can be fetched alone, with what they show.
PARTS = {"story": story_context, "context": side_context}


@for_agents
@require_safe
def ticket(request: Request, number: int) -> HttpResponseBase:
    """Show a ticket in the workspace, which fetches what stands beside it by itself; htmx gets the ticket alone."""
    found = ticket_or_404(request, number)
    context = {**story_context(request, found), **composer_context(request, found)}
    if request.headers.get("HX-Target") == "ticket-main":
        return render(request, "desk/parts/opened.html", context)
    table = TicketTable(request, view_of(request.GET.get("view", "")))
    items_url = f"{reverse('desk:items', args=[number])}?{table.kept}"
    context |= {"table": table, "items_url": items_url, **sidebar(request, table.view.key)}
    return render(request, "desk/workspace.html", context)


@for_agents
@require_safe
def items(request: Request, number: int) -> HttpResponse:
    """Answer with the list's column alone."""
    table = TicketTable(request, view_of(request.GET.get("view", "")))
    context = {"table": table, "items": items_html(table, number), "items_url": request.get_full_path()}
    return render(request, "desk/parts/items.html", context)


@for_agents
@require_safe
def part(request: Request, number: int, name: str) -> HttpResponse:
    """Answer with one part of the ticket's page."""
    if name not in PARTS:
        raise Http404
    found = ticket_or_404(request, number)
    return render(request, f"desk/parts/{name}.html", PARTS[name](request, found))
