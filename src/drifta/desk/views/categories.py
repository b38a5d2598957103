"""Pages of categories: list, make, rename, archive."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from drifta.desk import actions
from drifta.desk.forms import CategoryForm
from drifta.desk.models import Category
from drifta.desk.tables import CategoryTable
from drifta.desk.views.common import for_agents
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.ui.form_page import form_page, save


@for_agents
@require_safe
def categories(request: Request) -> HttpResponseBase:
    """List categories, also those that are archived."""
    return CategoryTable(request).response("desk/categories.html", {"title": _("Categories")})


@for_agents
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Make a category."""
    require(request.actor, "desk.create_category")
    form = CategoryForm(request.POST or None, actor=request.actor)

    def create() -> None:
        organisation_id = form.cleaned_data["organisation"] or request.actor.organisation_id or 0
        actions.create_category(request.actor, organisation_id=organisation_id, **form.values())

    if save(form, create):
        return redirect("desk:categories")
    return form_page(request, form, _("New category"), submit=_("Make category"), cancel=reverse("desk:categories"))


@for_agents
@require_http_methods(["GET", "POST"])
def category(request: Request, pk: int) -> HttpResponse:
    """Rename a category, move it, or lead it to another team."""
    rows = Category.objects.visible_to(request.actor).select_related("parent", "organisation")
    shown = get_object_or_404(rows, pk=pk)
    require(request.actor, "desk.edit_category", shown)
    form = CategoryForm(request.POST or None, actor=request.actor, category=shown)

    def change() -> None:
        shown.version = form.cleaned_data["version"] or shown.version
        actions.edit_category(request.actor, shown, **form.values())

    if save(form, change):
        return redirect("desk:categories")
    cancel = reverse("desk:categories")
    return form_page(request, form, shown.path, cancel=cancel, template="desk/category.html", category=shown)
