"""The page of the event log: who did what, when; whether it is sealed."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from drifta.kernel.permissions import require


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """Show the log."""
    require(request.actor, "events.view")  # type: ignore[attr-defined]
    return HttpResponse("events")
