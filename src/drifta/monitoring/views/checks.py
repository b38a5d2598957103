"""Checks: the list, one check's page, adding and editing, running out of turn, curves."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.monitoring import actions
from drifta.monitoring.bar import good_share, slots
from drifta.monitoring.forms import CheckForm, stored_values
from drifta.monitoring.models import Alert, Check
from drifta.monitoring.queries import charts, check_choices, kinds
from drifta.monitoring.queries.glances import SLOTS, histories
from drifta.monitoring.tables import CheckTable, alert_state, alert_text, state_key, text_of
from drifta.probe.check import CheckSettings
from drifta.probe.registry import KINDS
from drifta.ui.form_page import save
from drifta.ui.model_forms import ModelForm, form_for
from drifta.ui.numbers import number
from drifta.ui.tables.columns import shown as as_text


def visible(request: Request, number: int) -> Check:
    """Return a check that the actor may see, else 404."""
    require(request.actor, "monitoring.view")
    rows = Check.objects.visible_to(request.actor).select_related("now", "probe", "asset", "organisation")
    return get_object_or_404(rows, pk=number)


@require_safe
def checks(request: Request) -> HttpResponseBase:
    """List the checks."""
    require(request.actor, "monitoring.view")
    rows = Check.objects.visible_to(request.actor).select_related("now", "probe", "asset")
    return CheckTable(request, rows).response("monitoring/checks.html", {"title": _("Checks")})


@require_safe
def check(request: Request, number: int) -> HttpResponse:
    """Show one check."""
    shown = visible(request, number)
    chosen = charts.range_of(shown, request.GET.get("range", ""))
    wanted = charts.span(chosen)
    changes = histories([shown.pk], wanted.start, wanted.end).get(shown.pk, [])
    context = {
        "title": shown.name,
        "check": shown,
        "state_key": state_key(shown),
        "text": text_of(shown),
        "kind": kinds.label(shown.kind),
        "settings": _settings(shown),
        "slots": slots(changes, wanted.start, wanted.end, SLOTS),
        "good_share": _percent(good_share(changes, wanted.start, wanted.end)),
        "range": chosen,
        "charts": _charts(shown, chosen),
        "alerts": [(row, alert_state(row), alert_text(row)) for row in _alerts(shown)],
        "parents": shown.depends_on.select_related("now"),
    }
    return render(request, "monitoring/check.html", context)


def _percent(share: float | None) -> str:
    """Return a share as per cent, cut off and not rounded, so that 100 means all of it."""
    return "" if share is None else f"{number(int(share * 100_000) / 1000)} %"


def _settings(shown: Check) -> list[tuple[str, Any]]:
    """Return the settings that differ from nothing, with their titles, in the order of the form."""
    kind = KINDS.get(shown.kind)
    fields = kind.Settings.model_fields if kind else {}
    titles = {name: _(field.title) if field.title else name for name, field in fields.items()}
    stored = kinds.shown(shown.settings)
    values = [(titles.get(name, name), stored[name]) for name in dict.fromkeys([*titles, *stored]) if name in stored]
    return [
        (title, number(value) if isinstance(value, float) else as_text(value))
        for title, value in values
        if value not in (None, "", [], {})
    ]


def _charts(shown: Check, chosen: str) -> list[tuple[str, str]]:
    address = reverse("monitoring:series", args=[shown.pk])
    return [(title, f"{address}?metric={name}&range={chosen}") for name, title in charts.metrics_of(shown)]


def _alerts(shown: Check) -> list[Alert]:
    rows = Alert.objects.filter(check_row=shown).select_related("check_row", "cause")
    return list(rows.order_by("-pk")[:20])


@require_safe
def series(request: Request, number: int) -> HttpResponse:
    """Return a metric's curve for the chart."""
    shown = visible(request, number)
    query = request.GET
    wanted = charts.span(query.get("range", ""), query.get("from", ""), query.get("to", ""), query.get("width", ""))
    return JsonResponse(charts.chart(shown, query.get("metric", "").replace("\0", "")[:100], wanted))


@require_safe
def new(request: Request) -> HttpResponse:
    """Choose what kind of check to add."""
    require(request.actor, "monitoring.create_check")
    found = [{"kind": k.kind, "icon": k.icon, "label": _(k.label), "text": _(k.description)} for k in KINDS.all()]
    return render(request, "monitoring/kinds.html", {"title": _("Add check"), "kinds": found})


def new_of_kind(request: Request, kind: str) -> HttpResponse:
    """Add a check of a kind."""
    require(request.actor, "monitoring.create_check")
    if KINDS.get(kind) is None:
        raise Http404
    common, own = _forms(request, kind, initial=_defaults(request))
    made: list[Check] = []
    if own.is_valid() and save(common, lambda: made.append(_create(request, kind, common, own))):
        messages.success(request, _("%(check)s is watched from now on.") % {"check": made[0].name})
        return redirect(made[0])
    return _form_page(request, kind, common, own, _("Add check: %(kind)s") % {"kind": kinds.label(kind)})


def _defaults(request: Request) -> dict[str, Any]:
    return {"organisation_id": request.actor.organisation_id, "asset_id": request.GET.get("asset", "")}


def _create(request: Request, kind: str, common: CheckForm, own: ModelForm[CheckSettings]) -> Check:
    settings = kinds.plain(own.to_model())
    values = {name: value for name, value in common.cleaned_data.items() if name != "version"}
    return actions.create_check(request.actor, kind=kind, settings=settings, **values)


def edit(request: Request, number: int) -> HttpResponse:
    """Edit a check."""
    shown = visible(request, number)
    require(request.actor, "monitoring.edit", shown)
    common, own = _forms(request, shown.kind, initial=stored_values(shown), check=shown)
    if own.is_valid() and save(common, lambda: _change(request, shown, common, own)):
        return redirect(shown)
    return _form_page(request, shown.kind, common, own, _("Edit %(check)s") % {"check": shown.name}, shown)


def _change(request: Request, shown: Check, common: CheckForm, own: ModelForm[CheckSettings]) -> Check:
    values = {name: value for name, value in common.cleaned_data.items() if name not in ("organisation_id", "version")}
    values["asset_id"] = values["asset_id"] or 0
    shown.version = common.cleaned_data.get("version") or shown.version
    return actions.edit_check(request.actor, shown, settings=kinds.plain(own.to_model()), **values)


def _forms(
    request: Request, kind: str, *, initial: dict[str, Any], check: Check | None = None
) -> tuple[CheckForm, ModelForm[CheckSettings]]:
    data = request.POST if request.method == "POST" else None
    model = kinds.kind_of(kind).Settings
    stored = model.model_validate(kinds.opened(check.settings)) if check else None
    choices = check_choices(request.actor, check)
    common = CheckForm(data, actor=request.actor, choices=choices, initial=initial, check=check)
    return common, form_for(model)(data, instance=stored, prefix="own")


def _form_page(
    request: Request,
    kind: str,
    common: CheckForm,
    own: ModelForm[CheckSettings],
    title: str,
    check: Check | None = None,
) -> HttpResponse:
    found = kinds.kind_of(kind)
    wrong = request.method == "POST"
    context = {"title": title, "form": common, "own": own, "description": _(found.description), "check": check}
    return render(request, "monitoring/check_form.html", context, status=422 if wrong else 200)


@require_POST
def delete(request: Request, number: int) -> HttpResponse:
    """Delete a check."""
    shown = visible(request, number)
    actions.delete_check(request.actor, shown)
    messages.success(request, _("%(check)s is deleted.") % {"check": shown.name})
    return redirect("monitoring:checks")
