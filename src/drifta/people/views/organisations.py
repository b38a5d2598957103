"""Pages of organisations."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.people import actions, queries
from drifta.people.forms import OrganisationForm
from drifta.people.tables import OrganisationTable
from drifta.ui.form_page import form_page, save


@require_safe
def organisations(request: Request) -> HttpResponseBase:
    """List organisations."""
    require(request.actor, "people.administer")
    return OrganisationTable(request).response("people/organisations.html", {"title": _("Organisations")})


def new(request: Request) -> HttpResponse:
    """Add an organisation."""
    require(request.actor, "people.create_organisation")
    form = OrganisationForm(request.POST or None)
    if save(form, lambda: actions.create_organisation(request.actor, **form.cleaned_data)):
        return redirect("people:organisations")
    cancel = reverse("people:organisations")
    return form_page(request, form, _("Add organisation"), submit=_("Add organisation"), cancel=cancel)


def organisation(request: Request, pk: int) -> HttpResponse:
    """Show and change an organisation."""
    require(request.actor, "people.administer")
    shown = get_object_or_404(queries.organisations(request.actor), pk=pk)
    values = {"name": shown.name, "language": shown.language, "mail_domains": shown.mail_domains}
    form = OrganisationForm(request.POST or None, initial=values)
    if save(form, lambda: actions.edit_organisation(request.actor, shown, **form.cleaned_data)):
        return redirect("people:organisations")
    return form_page(request, form, shown.name, cancel=reverse("people:organisations"))
