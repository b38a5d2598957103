"""The bell: how much concerns somebody since they looked, and the list of it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from drifta.desk import actions, notices, panels
from drifta.desk.views.common import for_agents
from drifta.kernel.http import Request


@for_agents
@require_safe
def bell(request: Request) -> HttpResponse:
    """Answer with the bell and how much concerns the actor that they have not seen."""
    context = {"count": notices.count(request.actor), "most": notices.MOST}
    return render(request, "desk/parts/bell.html", {**context, **(panels.bell(request, None) or {})})


@for_agents
@require_POST
def look(request: Request) -> HttpResponse:
    """Answer with the list; what is on it counts as seen from now on."""
    found = notices.newest(request.actor)
    if found and found[0].is_new:
        actions.see_notices(request.actor, until=found[0].event)
    return render(request, "desk/parts/notices.html", {"notices": found})
