"""Alerts: the situation, the problems grouped by cause, the list, one alert's page."""

from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drifta.kernel import clock
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.monitoring.models import Alert, Check, Probe, State
from drifta.monitoring.queries.glances import WORDS
from drifta.monitoring.queries.lines import problem_lines
from drifta.monitoring.tables import AlertTable, alert_state, alert_text


@require_safe
def situation(request: Request) -> HttpResponse:
    """Show how things stand: tiles of places with their worst state, and the problems."""
    require(request.actor, "monitoring.view")
    rows = Check.objects.visible_to(request.actor).filter(enabled=True)
    context = {
        "title": _("Monitor"),
        "tiles": _tiles(rows),
        "problems": problem_lines(request.actor, 50),
        "silent": Probe.objects.usable_by(request.actor).exclude(silent_since=None),
        "last": Alert.objects.visible_to(request.actor).exclude(ended_at=None).order_by("-ended_at").first(),
        "now": clock.now(),
    }
    return render(request, "monitoring/situation.html", context)


def _tiles(rows: Any) -> list[dict[str, Any]]:
    """Return a tile for each site with checks: its worst state, and how many checks are in which."""
    counted = rows.order_by().values_list("asset__site__name", "now__hard_state").annotate(Count("pk"))
    sites: dict[str, Counter[str]] = {}
    for site, state, count in counted:
        word = "pending" if state is None else WORDS[State(state)]
        sites.setdefault(site or "", Counter())[word] += count
    return [_tile(name, found) for name, found in sorted(sites.items())]


def _tile(name: str, found: Counter[str]) -> dict[str, Any]:
    worst = next(word for word in ("bad", "warning", "unknown", "pending", "good") if found[word])
    return {"name": name or _("Without site"), "worst": worst, "counts": found.most_common(), "all": found.total()}


@require_safe
def problems(request: Request) -> HttpResponse:
    """Show what is bad now, grouped by cause."""
    require(request.actor, "monitoring.view")
    context = {"title": _("Problems"), "problems": problem_lines(request.actor, 500)}
    return render(request, "monitoring/problems.html", context)


@require_safe
def alerts(request: Request) -> HttpResponseBase:
    """List alerts."""
    require(request.actor, "monitoring.view")
    rows = Alert.objects.visible_to(request.actor).select_related("check_row", "cause", "acknowledged_by")
    return AlertTable(request, rows).response("monitoring/alerts.html", {"title": _("Alerts")})


@require_safe
def alert(request: Request, number: int) -> HttpResponse:
    """Show one alert."""
    require(request.actor, "monitoring.view")
    rows = Alert.objects.visible_to(request.actor).select_related("check_row", "cause", "probe", "acknowledged_by")
    shown = get_object_or_404(rows, pk=number)
    symptoms = [(row, alert_state(row), alert_text(row)) for row in shown.symptoms.select_related("check_row")[:200]]
    context = {
        "title": shown.title,
        "alert": shown,
        "state_key": alert_state(shown),
        "text": alert_text(shown),
        "symptoms": symptoms,
        "labels": sorted(shown.labels.items()),
        "annotations": sorted(shown.annotations.items()),
    }
    return render(request, "monitoring/alert.html", context)
