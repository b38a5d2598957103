"""The list of people, a person's page, and what is changed there."""

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from drifta.kernel.http import Request
from drifta.kernel.permissions import may, require
from drifta.people import actions, contact, queries
from drifta.people.forms import ContactPointForm, PersonForm
from drifta.people.models import ApiToken, ContactPoint, Person
from drifta.people.sessions import has_second_factor, open_sessions
from drifta.people.tables import PersonTable
from drifta.ui.form_page import form_page, save


def visible(request: Request, pk: int) -> Person:
    """Return a person whom the actor may know of, else 404; who is not signed in is asked to."""
    if request.actor.kind == "nobody":
        require(request.actor, "people.view")
    rows = Person.objects.visible_to(request.actor).select_related("organisation", "site", "manager", "merged_into")
    return get_object_or_404(rows, pk=pk)


@require_safe
def people(request: Request) -> HttpResponseBase:
    """List people."""
    require(request.actor, "people.view")
    return PersonTable(request).response("people/people.html", {"title": _("People")})


@require_safe
def person(request: Request, pk: int) -> HttpResponse:
    """Show a person."""
    shown = visible(request, pk)
    if shown.merged_into_id is not None:
        return redirect("people:person", shown.merged_into_id)
    if not may(request.actor, "people.view"):
        return redirect("people:profile")
    context = {"title": shown.name, "person": shown, "points": _points(shown)}
    if may(request.actor, "people.administer", shown):
        context |= _access(shown)
    return render(request, "people/person.html", context)


def _points(shown: Person) -> list[dict[str, object]]:
    return [
        {
            "point": point,
            "text": contact.shown_phone(point.value) if point.kind == ContactPoint.Kind.PHONE else point.value,
            "is_primary": point.value == shown.email,
        }
        for point in queries.contact_points(shown.pk)
    ]


def _access(shown: Person) -> dict[str, object]:
    """Return what administrators see of a person's sign-in."""
    return {
        "sessions": open_sessions(shown.pk),
        "tokens": ApiToken.objects.filter(person=shown, revoked_at=None).order_by("-pk"),
        "second_factor": has_second_factor(shown),
        "invitation": shown.invitations.filter(used_at=None).order_by("-pk").first(),
    }


def new(request: Request) -> HttpResponse:
    """Add a person."""
    require(request.actor, "people.create")
    form = PersonForm(request.POST or None, actor=request.actor)
    made: list[Person] = []

    def create() -> None:
        organisation = form.cleaned_data["organisation"]
        made.append(actions.create(request.actor, organisation_id=organisation.pk, **form.values()))

    if save(form, create):
        return redirect("people:person", made[0].pk)
    return form_page(request, form, _("Add person"), submit=_("Add person"), cancel=reverse("people:people"))


def edit(request: Request, pk: int) -> HttpResponse:
    """Change a person's particulars."""
    shown = visible(request, pk)
    require(request.actor, "people.edit", shown)
    form = PersonForm(request.POST or None, actor=request.actor, person=shown)

    def change() -> None:
        values = form.values()
        shown.version = form.cleaned_data["version"] or shown.version
        clear = [name for name in ("manager_id", "site_id") if values[name] is None]
        actions.edit(request.actor, shown, **values, clear=clear)

    if save(form, change):
        return redirect("people:person", pk)
    title = _("Edit %(name)s") % {"name": shown.name}
    return form_page(request, form, title, cancel=reverse("people:person", args=[pk]))


@require_POST
def add_point(request: Request, pk: int) -> HttpResponse:
    """Add a mail address or phone number."""
    shown = visible(request, pk)
    form = ContactPointForm(request.POST)

    def add() -> None:
        actions.add_contact_point(request.actor, shown, kind=form.kind, value=form.cleaned_data["value"])

    if save(form, add):
        return redirect("people:person", pk)
    title = _("Add an address of %(name)s") % {"name": shown.name}
    return form_page(request, form, title, cancel=reverse("people:person", args=[pk]))


@require_POST
def remove_point(request: Request, pk: int, point: int) -> HttpResponse:
    """Remove a mail address or phone number."""
    actions.remove_contact_point(request.actor, visible(request, pk), contact_point_id=point)
    return redirect("people:person", pk)


@require_safe
def choices(request: Request) -> JsonResponse:
    """Answer a chooser with the people whose name or address fits ``q``."""
    require(request.actor, "people.view")
    found = queries.choices(request.actor, request.GET.get("q", "").replace("\0", "")[:100])
    return JsonResponse(
        [{"value": one.pk, "text": one.name, "hint": one.email or one.organisation.name} for one in found], safe=False
    )
