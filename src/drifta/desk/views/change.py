"""Changing tickets: actions with a form in front, and editing with its page for conflicts."""

import json
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from drifta.desk import actions, queries
from drifta.desk.forms import FORMS, EditForm
from drifta.desk.merging import Merge, merge
from drifta.desk.models import Ticket
from drifta.desk.timeline import field_name
from drifta.desk.views.common import for_agents, parts, ticket_or_404
from drifta.kernel.actions import Conflict, Refused, catalogue
from drifta.kernel.http import Request
from drifta.kernel.permissions import require

#: Actions that need nothing but the ticket.
PLAIN = ("take", "resume", "watch", "unwatch")


@for_agents
@require_http_methods(["GET", "POST"])
def do(request: Request, number: int, verb: str) -> HttpResponseBase:
    """Ask for what an action needs in a dialog (or on a page), and run it."""
    ticket = ticket_or_404(request, number)
    if verb not in FORMS:
        raise Http404
    require(request.actor, f"desk.{verb}", ticket)
    form = FORMS[verb](request.POST if request.method == "POST" else None, actor=request.actor, ticket=ticket)
    if form.is_bound and form.is_valid():
        try:
            catalogue[f"desk.{verb}"].run(request.actor, ticket, **form.values())
            return parts(request, ticket, toast=str(catalogue[f"desk.{verb}"].label))
        except Refused as refusal:
            form.add_error(None, refusal)
    template = "desk/parts/dialog.html" if request.headers.get("HX-Request") else "desk/do.html"
    context = {"title": form.submit, "form": form, "ticket": ticket, "verb": verb}
    return render(request, template, context, status=422 if form.is_bound else 200)


@for_agents
@require_POST
def do_plain(request: Request, number: int, verb: str) -> HttpResponseBase:
    """Run an action that needs nothing but the ticket; ``person`` names whom (un)watch is about."""
    if verb not in PLAIN:
        raise Http404
    ticket = ticket_or_404(request, number)
    person = request.POST.get("person", "")
    values = {"person_id": int(person)} if verb == "unwatch" and person.isdecimal() else {}
    catalogue[f"desk.{verb}"].run(request.actor, ticket, **values)
    return parts(request, ticket)


@for_agents
@require_POST
def unlink(request: Request, number: int) -> HttpResponseBase:
    """Cut a tie."""
    ticket = ticket_or_404(request, number)
    actions.unlink(request.actor, ticket, target=request.POST.get("target", "")[:120])
    return parts(request, ticket)


@for_agents
@require_http_methods(["GET", "POST"])
def edit(request: Request, number: int) -> HttpResponseBase:
    """Edit what a ticket is about; what somebody else changed meanwhile is merged, or put to the choice."""
    ticket = ticket_or_404(request, number)
    require(request.actor, "desk.edit", ticket)
    now = values_of(ticket)
    if request.method != "POST":
        form = EditForm(initial=now, actor=request.actor, ticket=ticket)
        return _edit_page(request, ticket, form, now)
    form = EditForm(request.POST, actor=request.actor, ticket=ticket)
    base = _base(request, now)
    if not form.is_valid():
        return _edit_page(request, ticket, form, base, status=422)
    merged = merge(base, now, form.cleaned_data)
    if merged.conflicts:
        return _conflict_page(request, ticket, form, merged, now)
    try:
        actions.edit(request.actor, ticket, **merged.changes)
    except Refused as refusal:
        form.add_error(None, refusal)
        return _edit_page(request, ticket, form, base, status=422)
    except Conflict:  # changed in the very moment between reading and writing
        fresh = values_of(ticket_or_404(request, number))
        again = merge(base, fresh, form.cleaned_data)
        return _conflict_page(request, ticket, form, again, fresh)
    return redirect("desk:ticket", number)


def values_of(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket's fields as the form has them."""
    return {
        "subject": ticket.subject,
        "kind": ticket.kind,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "category_id": ticket.category_id or 0,
        "site_id": ticket.site_id or 0,
        "requester_id": ticket.requester_id or 0,
        "asset_ids": sorted(ticket.assets.values_list("pk", flat=True)),
        "service_ids": sorted(ticket.services.values_list("pk", flat=True)),
    }


def _base(request: Request, now: dict[str, Any]) -> dict[str, Any]:
    """Return the values the person saw when they began; what is missing or damaged counts as seen now."""
    try:
        given = json.loads(request.POST.get("base", "{}"))
    except ValueError:
        given = {}
    known = given if isinstance(given, dict) else {}
    return {
        name: known.get(name, value) if type(known.get(name)) is type(value) else value for name, value in now.items()
    }


def _edit_page(
    request: Request, ticket: Ticket, form: EditForm, base: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {"title": _("Edit #%(number)s") % {"number": ticket.pk}, "ticket": ticket, "form": form}
    return render(request, "desk/edit.html", {**context, "base": json.dumps(base)}, status=status)


def _conflict_page(
    request: Request, ticket: Ticket, form: EditForm, merged: Merge, now: dict[str, Any]
) -> HttpResponse:
    """Show both texts of each field that two people changed, to be chosen from; the other changes come along."""
    rows = [
        {
            "name": name,
            "label": field_name(name.removesuffix("_id")),
            "before": _worded(form, name, sides.before),
            "theirs": sides.theirs,
            "theirs_text": _worded(form, name, sides.theirs),
            "mine": sides.mine,
            "mine_text": _worded(form, name, sides.mine),
        }
        for name, sides in merged.conflicts.items()
    ]
    others = {name: form.cleaned_data[name] for name in form.cleaned_data if name not in merged.conflicts}
    others |= merged.changes
    others |= {name: now[name] for name in now if name not in merged.changes and name not in merged.conflicts}
    context = {"title": _("Somebody else changed the same"), "ticket": ticket, "rows": rows, "others": others}
    context["editor"] = queries.last_editor(ticket)
    return render(request, "desk/conflict.html", {**context, "base": json.dumps(now)}, status=409)


def _worded(form: EditForm, name: str, value: Any) -> str:
    """Return a value as people read it: the label of a choice, the text itself otherwise."""
    if name == "requester_id":
        return dict(getattr(form.fields[name].widget, "choices", ())).get(str(value), f"#{value}") if value else "–"
    choices = dict(getattr(form.fields[name], "choices", ()))
    labels = {str(code): str(label) for code, label in choices.items()}
    return labels.get(str(value), str(value)) or "–"
