"""Pages of assets."""

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drifta.inventory import actions, queries
from drifta.inventory.forms import AssetForm
from drifta.inventory.models import Asset
from drifta.inventory.tables import ICONS, AssetTable
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.ui.form_page import form_page, save


def _visible(request: Request, pk: int) -> Asset:
    require(request.actor, "inventory.view")
    return get_object_or_404(queries.assets(request.actor), pk=pk)


@require_safe
def assets(request: Request) -> HttpResponseBase:
    """List assets."""
    require(request.actor, "inventory.view")
    return AssetTable(request).response("inventory/assets.html", {"title": _("Assets"), "here": "assets"})


def new(request: Request) -> HttpResponse:
    """Add an asset."""
    require(request.actor, "inventory.create_asset")
    form = AssetForm(request.POST or None, actor=request.actor)
    made: list[Asset] = []

    def create() -> None:
        organisation = form.cleaned_data["organisation"]
        made.append(actions.create_asset(request.actor, organisation_id=organisation.pk, **form.values()))

    if save(form, create):
        return redirect(made[0])
    return form_page(request, form, _("Add asset"), submit=_("Add asset"), cancel=reverse("inventory:assets"))


@require_safe
def asset(request: Request, pk: int) -> HttpResponse:
    """Show an asset."""
    shown = _visible(request, pk)
    return render(
        request,
        "inventory/asset.html",
        {"title": shown.name, "asset": shown, "icon": ICONS[shown.kind], "services": queries.services_on([pk])},
    )


def edit(request: Request, pk: int) -> HttpResponse:
    """Change an asset."""
    shown = _visible(request, pk)
    require(request.actor, "inventory.edit_asset", shown)
    form = AssetForm(request.POST or None, actor=request.actor, row=shown)

    def change() -> None:
        shown.version = form.cleaned_data["version"] or shown.version
        actions.edit_asset(request.actor, shown, **form.values(), clear=form.clear())

    if save(form, change):
        return redirect(shown)
    title = _("Edit %(name)s") % {"name": shown.name}
    return form_page(request, form, title, cancel=shown.get_absolute_url())


@require_safe
def choices(request: Request) -> JsonResponse:
    """Answer a chooser with the assets that fit ``q``."""
    require(request.actor, "inventory.view")
    found = queries.choices(request.actor, request.GET.get("q", "").replace("\0", "")[:100])
    return JsonResponse([{"value": one.pk, "text": one.name, "hint": one.address} for one in found], safe=False)
