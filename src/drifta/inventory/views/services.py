"""Pages of services."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drifta.inventory import actions, queries
from drifta.inventory.forms import ServiceForm
from drifta.inventory.models import Service
from drifta.inventory.tables import ServiceTable
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.ui.form_page import form_page, save


def _visible(request: Request, pk: int) -> Service:
    require(request.actor, "inventory.view")
    return get_object_or_404(queries.services(request.actor), pk=pk)


@require_safe
def services(request: Request) -> HttpResponseBase:
    """List services."""
    require(request.actor, "inventory.view")
    return ServiceTable(request).response("inventory/services.html", {"title": _("Services"), "here": "services"})


def new(request: Request) -> HttpResponse:
    """Add a service."""
    require(request.actor, "inventory.create_service")
    form = ServiceForm(request.POST or None, actor=request.actor)
    made: list[Service] = []

    def create() -> None:
        organisation = form.cleaned_data["organisation"]
        made.append(actions.create_service(request.actor, organisation_id=organisation.pk, **form.values()))

    if save(form, create):
        return redirect(made[0])
    return form_page(request, form, _("Add service"), submit=_("Add service"), cancel=reverse("inventory:services"))


@require_safe
def service(request: Request, pk: int) -> HttpResponse:
    """Show a service."""
    shown = _visible(request, pk)
    return render(
        request,
        "inventory/service.html",
        {"title": shown.name, "service": shown, "assets": shown.assets.order_by("name")},
    )


def edit(request: Request, pk: int) -> HttpResponse:
    """Change a service."""
    shown = _visible(request, pk)
    require(request.actor, "inventory.edit_service", shown)
    form = ServiceForm(request.POST or None, actor=request.actor, row=shown)

    def change() -> None:
        shown.version = form.cleaned_data["version"] or shown.version
        actions.edit_service(request.actor, shown, **form.values(), clear=form.clear())

    if save(form, change):
        return redirect(shown)
    title = _("Edit %(name)s") % {"name": shown.name}
    return form_page(request, form, title, cancel=shown.get_absolute_url())
