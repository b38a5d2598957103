"""Pages of teams."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drifta.kernel.http import Request
from drifta.kernel.permissions import may, require
from drifta.people import actions
from drifta.people.forms import TeamForm
from drifta.people.models import Team
from drifta.people.tables import TeamTable
from drifta.ui.form_page import form_page, save


@require_safe
def teams(request: Request) -> HttpResponseBase:
    """List teams."""
    require(request.actor, "people.view")
    return TeamTable(request).response("people/teams.html", {"title": _("Teams")})


def new(request: Request) -> HttpResponse:
    """Make a team."""
    require(request.actor, "people.create_team")
    form = TeamForm(request.POST or None, actor=request.actor)

    def create() -> None:
        cleaned = form.cleaned_data
        actions.create_team(
            request.actor,
            organisation_id=cleaned["organisation"].pk,
            name=cleaned["name"],
            line=cleaned["line"],
            member_ids=form.member_ids,
        )

    if save(form, create):
        return redirect("people:teams")
    return form_page(request, form, _("Add team"), submit=_("Add team"), cancel=reverse("people:teams"))


def team(request: Request, pk: int) -> HttpResponse:
    """Show a team; administrators change it here."""
    require(request.actor, "people.view")
    shown = get_object_or_404(Team.objects.visible_to(request.actor).select_related("organisation"), pk=pk)
    if not may(request.actor, "people.edit_team", shown):
        return _read_only(request, shown)
    form = TeamForm(request.POST or None, actor=request.actor, team=shown)

    def change() -> None:
        cleaned = form.cleaned_data
        shown.version = cleaned["version"] or shown.version
        values = {name: cleaned[name] for name in ("name", "line", "is_active")}
        actions.edit_team(request.actor, shown, **values)
        actions.set_members(request.actor, shown, member_ids=form.member_ids)

    if save(form, change):
        return redirect("people:teams")
    return _page(request, shown, form)


def _page(request: Request, shown: Team, form: TeamForm) -> HttpResponse:
    cancel = reverse("people:teams")
    return form_page(request, form, shown.name, cancel=cancel, template="people/team.html", team=shown)


def _read_only(request: Request, shown: Team) -> HttpResponse:
    form = TeamForm(actor=request.actor, team=shown)
    return form_page(request, form, shown.name, template="people/team.html", team=shown, members=shown.members.all())
