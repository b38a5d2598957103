"""Pages of desk addresses."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drifta.channels import actions
from drifta.channels.forms import AddressForm
from drifta.channels.models import DeskAddress
from drifta.channels.tables import AddressTable
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.ui.form_page import form_page, save


@require_safe
def addresses(request: Request) -> HttpResponseBase:
    """List desk addresses."""
    require(request.actor, "channels.configure")
    rows = DeskAddress.objects.visible_to(request.actor).select_related("team", "category", "organisation")
    context = {"title": _("Desk addresses"), "here": "addresses"}
    return AddressTable(request, rows).response("channels/addresses.html", context)


def new(request: Request) -> HttpResponse:
    """Add a desk address."""
    require(request.actor, "channels.add_address")
    form = AddressForm(request.POST or None, actor=request.actor)
    if save(form, lambda: actions.add_address(request.actor, **form.values())):
        return redirect("channels:addresses")
    return form_page(request, form, _("Add a desk address"), cancel=reverse("channels:addresses"))


def address(request: Request, pk: int) -> HttpResponse:
    """Change or remove a desk address."""
    require(request.actor, "channels.configure")
    row = get_object_or_404(DeskAddress.objects.visible_to(request.actor), pk=pk)
    form = AddressForm(request.POST or None, actor=request.actor, row=row)

    def change() -> None:
        row.version = form.cleaned_data["version"] or row.version
        actions.change_address(request.actor, row, **form.values())

    if save(form, change):
        return redirect("channels:addresses")
    cancel = reverse("channels:addresses")
    return form_page(
        request,
        form,
        row.address,
        cancel=cancel,
        template="channels/edit.html",
        row=row,
        remove="channels.remove_address",
    )
