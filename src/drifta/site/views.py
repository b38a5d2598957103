"""The first page."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from drifta.kernel import clock
from drifta.kernel.http import Request
from drifta.kernel.permissions import may, require
from drifta.site.pages import greeting


@require_safe
def today(request: Request) -> HttpResponse:
    """Show what is broken, mine, due; people who only report get their portal."""
    if request.actor.kind == "nobody":
        require(request.actor, "desk.create")
    if not may(request.actor, "people.view"):
        return redirect("desk:portal")
    words = greeting.words(request.actor.name, timezone.localtime(clock.now()))
    return render(request, "site/today.html", {"title": words})
