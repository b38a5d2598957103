"""Probes: the list, one probe's page, registering, keys (shown once)."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.monitoring import actions
from drifta.monitoring.forms import ProbeForm
from drifta.monitoring.models import Probe
from drifta.monitoring.queries import site_choices
from drifta.monitoring.tables import ProbeTable, probe_state
from drifta.ui.form_page import form_page, save


def visible(request: Request, number: int) -> Probe:
    """Return a probe that the actor may see, else 404."""
    require(request.actor, "monitoring.view")
    return get_object_or_404(Probe.objects.usable_by(request.actor).select_related("site", "organisation"), pk=number)


@require_safe
def probes(request: Request) -> HttpResponseBase:
    """List the probes."""
    require(request.actor, "monitoring.view")
    rows = Probe.objects.usable_by(request.actor).annotate(check_count=Count("checks"))
    return ProbeTable(request, rows).response("monitoring/probes.html", {"title": _("Probes")})


@require_safe
def probe(request: Request, number: int) -> HttpResponse:
    """Show one probe."""
    shown = visible(request, number)
    context = {
        "title": shown.name,
        "probe": shown,
        "state_key": probe_state(shown),
        "check_count": shown.checks.count(),
        "offset": abs(shown.clock_offset) // 1000,
    }
    return render(request, "monitoring/probe.html", context)


def new(request: Request) -> HttpResponse:
    """Register a probe."""
    require(request.actor, "monitoring.register_probe")
    form = ProbeForm(request.POST if request.method == "POST" else None, choices=site_choices(request.actor))
    made: list[tuple[Probe, str]] = []
    if save(form, lambda: made.append(actions.register_probe(request.actor, **form.cleaned_data))):
        return _show_key(request, *made[0])
    return form_page(request, form, _("Register probe"), submit=_("Register"), cancel=reverse("monitoring:probes"))


def _show_key(request: Request, shown: Probe, key: str) -> HttpResponse:
    """Show a key, this once."""
    server = request.build_absolute_uri("/").rstrip("/")
    context = {"title": _("Key of %(probe)s") % {"probe": shown.name}, "probe": shown, "key": key, "server": server}
    answer = render(request, "monitoring/key.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def rotate(request: Request, number: int) -> HttpResponse:
    """Give a probe a new key, and show it once."""
    shown = visible(request, number)
    return _show_key(request, shown, actions.rotate_key(request.actor, shown))


@require_POST
def remove(request: Request, number: int) -> HttpResponse:
    """Remove a probe without checks."""
    shown = visible(request, number)
    actions.remove_probe(request.actor, shown)
    messages.success(request, _("%(probe)s is removed.") % {"probe": shown.name})
    return redirect("monitoring:probes")
