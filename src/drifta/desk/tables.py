"""Lists of the desk's configuration."""

from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from drifta.desk.models import Category
from drifta.kernel.http import Request
from drifta.people import queries as people
from drifta.ui.menu import actor_of
from drifta.ui.tables import ChoiceFilter, Column, Empty, MultiFilter, Table
from drifta.ui.templatetags.drifta import state


def _organisations(request: Any) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in people.organisations(actor_of(request))]


class CategoryTable(Table):
    """Categories, those of the second level after the one that they stand under."""

    key = "desk.categories"
    columns = (
        Column("name", _("Category"), value="path", sort="full", link=True, grow=True),
        Column("team", _("Team"), value="team.name"),
        Column("state", _("State"), render=lambda row: state("active" if row.is_active else "archived")),
        Column("organisation", _("Organisation"), value="organisation.name", optional=True),
    )
    filters = (
        ChoiceFilter("is_active", _("In use"), choices=(("True", _("in use")), ("False", _("archived")))),
        MultiFilter("organisation", _("Organisation"), path="organisation_id", choices=_organisations),
    )
    default_sort = "full"
    bulk = ("desk.archive_category", "desk.restore_category")
    live = "desk.category"
    empty = Empty(_("There are no categories yet."), _("They sort tickets, and lead them to the right team."), "tag")

    def __init__(self, request: Request) -> None:
        rows = Category.objects.visible_to(request.actor).select_related("parent__parent", "team", "organisation")
        full = Coalesce(Concat(F("parent__name"), Value(" / "), F("name")), F("name"))
        super().__init__(request, rows.annotate(full=full))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Find by name, or by that of the category above."""
        return rows.filter(full__icontains=text)
