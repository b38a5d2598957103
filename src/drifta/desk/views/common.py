"""What the desk's views share: finding tickets, who may come in, and answering with the changed parts of a page."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from drifta.desk import queries
from drifta.desk.forms import FORMS
from drifta.desk.models import Draft, Ticket
from drifta.desk.settings import DeskSettings
from drifta.kernel import settings
from drifta.kernel.actions import catalogue
from drifta.kernel.actor import Actor
from drifta.kernel.http import Request
from drifta.kernel.permissions import may
from drifta.people import queries as people

#: The actions in the menu of a ticket's page: verb, icon, key.
MENU = (
    ("assign", "user-check", "e"),
    ("hand_over", "transfer-out", "h"),
    ("hold", "clock-pause", ""),
    ("close", "circle-check", ""),
    ("prioritise", "flag", ""),
    ("link", "link", ""),
    ("watch", "eye", ""),
)
#: Pictures that browsers show without running anything in them; SVG is not one of them.
SAFE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})

P = ParamSpec("P")
View = Callable[Concatenate[Request, P], HttpResponseBase]


def for_agents(view: View[P]) -> View[P]:
    """Let in those who may read all tickets; requesters are led to their portal."""

    @wraps(view)
    def checked(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if may(request.actor, "desk.read_all"):
            return view(request, *args, **kwargs)
        number = kwargs.get("number")
        return redirect("desk:portal-ticket", number) if number else redirect("desk:portal")

    return login_required(checked)


def ticket_or_404(request: Request, number: int) -> Ticket:
    """Return the ticket if the actor sees it."""
    try:
        return queries.ticket(request.actor, number)
    except Ticket.DoesNotExist as error:
        raise Http404 from error


def story_context(request: Request, ticket: Ticket) -> dict[str, Any]:
    """Return what head and conversation show; ``before`` in the address leads to earlier messages."""
    before = request.GET.get("before", "")
    story = queries.timeline(request.actor, ticket, before=int(before) if before.isdecimal() else None)
    return {
        "title": f"#{ticket.pk} {ticket.subject}",
        "ticket": ticket,
        "verbs": _verbs(request.actor, ticket),
        "can_take": catalogue["desk.take"].fits(request.actor, ticket),
        "watches": any(person.pk == request.actor.person_id for person in queries.watchers(ticket)),
        "story": story,
        "safe_images": SAFE_IMAGES,
        "seen": max((entry.message.pk for entry in story.entries if entry.message), default=0),
    }


def side_context(request: Request, ticket: Ticket) -> dict[str, Any]:
    """Return what the column beside the conversation shows, besides the panels of modules."""
    return {"ticket": ticket, "watchers": queries.watchers(ticket)}


def _verbs(actor: Actor, ticket: Ticket) -> list[tuple[str, Any, str, str]]:
    """Return what the menu offers: what makes sense in the ticket's state, with words, icon and key."""
    fitting = (one for one in MENU if catalogue[f"desk.{one[0]}"].fits(actor, ticket))
    return [(verb, FORMS[verb].submit, icon, key) for verb, icon, key in fitting]


def composer_context(request: Request, ticket: Ticket, **more: Any) -> dict[str, Any]:
    """Return what the composer shows: drafts, and to whom an answer goes."""
    keys = {mode: f"{ticket.subject_key}:{mode}" for mode in ("reply", "note", "call")}
    readers = dict.fromkeys(one for one in (ticket.requester, *queries.watchers(ticket)) if one)
    drafts = Draft.objects.filter(person_id=request.actor.person_id or 0, subject__in=keys.values())
    texts = {draft.subject: draft.value.get("text", "") for draft in drafts}
    return {
        "drafts": {mode: texts.get(key, "") for mode, key in keys.items()},
        "readers": people.reachable(readers),
        "undo_seconds": settings.get(DeskSettings).undo_seconds,
        "mode": request.GET.get("mode") if request.GET.get("mode") in keys else "reply",
        **more,
    }


def parts(
    request: Request, ticket: Ticket, *, toast: str = "", template: str = "desk/parts/changed.html"
) -> HttpResponse:
    """Answer htmx with the parts of the ticket's page that change, or lead back to the page."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("desk:ticket", args=[ticket.pk]))
    fresh = queries.ticket(request.actor, ticket.pk)
    context = {**story_context(request, fresh), **side_context(request, fresh), **composer_context(request, fresh)}
    response = render(request, template, context)
    if toast:
        response["HX-Trigger"] = json.dumps({"toast": {"text": toast, "kind": "good"}})
    return response
