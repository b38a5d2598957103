"""Lists of tickets, bulk actions, and named lists."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from drifta.desk import actions, queries
from drifta.desk.actions.bulk import VERBS
from drifta.desk.forms import FORMS, SaveViewForm
from drifta.desk.listing import VIEWS, TicketTable, counts, view_of
from drifta.desk.models import SavedView
from drifta.desk.views.common import for_agents
from drifta.kernel.http import Request
from drifta.kernel.rest import get_visible


def sidebar(request: Request, chosen: str) -> dict[str, Any]:
    """Return what the column of views shows."""
    numbers = counts(request.actor)
    saved = request.GET.get("saved", "")
    return {
        "views": [(view, numbers.get(view.key), view.key == chosen and not saved) for view in VIEWS.values()],
        "most": 100,
        "saved_views": [(view, str(view.pk) == saved) for view in queries.saved_views(request.actor)],
        "here": request.GET.urlencode(),
        "views_url": f"{reverse('desk:views')}?{urlencode({'view': chosen, 'saved': saved})}",
    }


@for_agents
@require_safe
def ticket_list(request: Request) -> HttpResponseBase:
    """Show a list of tickets; view, filters, order and place are in the address."""
    view = view_of(request.GET.get("view", ""))
    table = TicketTable(request, view)
    context = sidebar(request, view.key)
    saved = next((one for one, is_current in context["saved_views"] if is_current), None)
    context["title"] = saved.name if saved else view.label
    return table.response("desk/list.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@for_agents
@require_safe
def views_part(request: Request) -> HttpResponse:
    """Answer with the column of views alone, whose counts change all the time."""
    return render(request, "desk/parts/views.html", sidebar(request, request.GET.get("view", "open")))


@for_agents
@require_POST
def bulk(request: Request, verb: str) -> HttpResponseBase:
    """Ask for what an action on the chosen tickets needs, then run it and show what became of each."""
    if verb not in FORMS or verb not in VERBS:
        raise Http404
    numbers = [_number(key.partition(":")[2]) for key in request.POST.getlist("subject")]
    asked = "asked" in request.POST
    form = FORMS[verb](request.POST if asked else None, actor=request.actor)
    context = {"title": form.submit, "form": form, "numbers": numbers, "verb": verb, "next": request.POST.get("next")}
    if not asked or not form.is_valid():
        return render(request, "desk/bulk.html", context, status=422 if asked else 200)
    results = actions.bulk(request.actor, verb=verb, ticket_ids=numbers, values=form.values())
    return render(request, "desk/bulk_done.html", {**context, "results": results})


@for_agents
@require_http_methods(["GET", "POST"])
def save_view(request: Request) -> HttpResponseBase:
    """Give the present list a name."""
    initial = {"query": request.GET.urlencode()}
    form = SaveViewForm(request.POST or None, actor=request.actor, initial=initial)
    if request.method != "POST" or not form.is_valid():
        context = {"title": _("Save this list"), "form": form}
        return render(request, "desk/save_view.html", context, status=422 if form.is_bound else 200)
    share = form.cleaned_data["share"]
    team_id = int(share) if share.isdecimal() else None
    query = form.cleaned_data["query"]
    view = actions.save_view(
        request.actor, name=form.cleaned_data["name"], query=query, team_id=team_id, for_all=share == "all"
    )
    messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(f"{reverse('desk:list')}?{query}&saved={view.pk}")


@for_agents
@require_POST
def remove_view(request: Request, pk: int) -> HttpResponseBase:
    """Remove a named list."""
    actions.remove_view(request.actor, get_visible(SavedView.objects.visible_to(request.actor), pk))
    messages.success(request, _("The view is removed."))
    return redirect("desk:list")
