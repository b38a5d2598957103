"""Pages of the site itself: Today, settings, roles, failed jobs, about."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from drifta.kernel import clock
from drifta.kernel.http import Request
from drifta.kernel.permissions import may
from drifta.site import greeting


@login_required
@require_safe
def today(request: Request) -> HttpResponse:
    """Show what is broken, mine, due; requesters get their portal."""
    if not may(request.actor, "people.view"):
        return redirect("desk:portal")
    context = {"title": greeting.words(request.actor.name, timezone.localtime(clock.now()))}
    return render(request, "site/today.html", context)


def settings_index(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def settings_section(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse("")


def roles(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def failed_jobs(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


def run_job_again(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse("")


def discard_job(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse("")


def about(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")
