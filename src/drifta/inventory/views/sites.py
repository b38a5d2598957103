"""Pages of sites."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drifta.inventory import actions, queries
from drifta.inventory.forms import SiteForm
from drifta.inventory.models import Site
from drifta.inventory.tables import SiteTable
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.ui.form_page import form_page, save


def _visible(request: Request, pk: int) -> Site:
    require(request.actor, "inventory.view")
    return get_object_or_404(queries.sites(request.actor), pk=pk)


@require_safe
def sites(request: Request) -> HttpResponseBase:
    """List sites."""
    require(request.actor, "inventory.view")
    return SiteTable(request).response("inventory/sites.html", {"title": _("Sites"), "here": "sites"})


def new(request: Request) -> HttpResponse:
    """Add a site."""
    require(request.actor, "inventory.create_site")
    form = SiteForm(request.POST or None, actor=request.actor)
    made: list[Site] = []

    def create() -> None:
        organisation = form.cleaned_data["organisation"]
        made.append(actions.create_site(request.actor, organisation_id=organisation.pk, **form.values()))

    if save(form, create):
        return redirect(made[0])
    return form_page(request, form, _("Add site"), submit=_("Add site"), cancel=reverse("inventory:sites"))


@require_safe
def site(request: Request, pk: int) -> HttpResponse:
    """Show a site."""
    shown = _visible(request, pk)
    return render(
        request,
        "inventory/site.html",
        {"title": shown.name, "site": shown, "assets": queries.assets(request.actor).filter(site=shown)[:200]},
    )


def edit(request: Request, pk: int) -> HttpResponse:
    """Change a site."""
    shown = _visible(request, pk)
    require(request.actor, "inventory.edit_site", shown)
    form = SiteForm(request.POST or None, actor=request.actor, row=shown)

    def change() -> None:
        shown.version = form.cleaned_data["version"] or shown.version
        actions.edit_site(request.actor, shown, **form.values())

    if save(form, change):
        return redirect(shown)
    title = _("Edit %(name)s") % {"name": shown.name}
    return form_page(request, form, title, cancel=shown.get_absolute_url())
