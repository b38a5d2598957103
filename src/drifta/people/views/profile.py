"""One's own page: particulars, password, second factor, sessions, tokens."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from drifta.kernel import clock
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.people import actions
from drifta.people.forms import ProfileForm, TokenForm
from drifta.people.models import ApiToken, Person
from drifta.people.sessions import has_second_factor, open_sessions
from drifta.ui.form_page import form_page, save


def _self(request: Request) -> Person:
    require(request.actor, "people.edit_profile")
    assert isinstance(request.user, Person)
    return request.user


def profile(request: Request) -> HttpResponse:
    """Show and change one's own particulars."""
    person = _self(request)
    form = ProfileForm(request.POST or None, person=person)
    if save(form, lambda: actions.edit_profile(request.actor, person, **form.cleaned_data)):
        return redirect("people:profile")
    context = {
        "title": _("My profile"),
        "person": person,
        "form": form,
        "sessions": open_sessions(person.pk, request.session.session_key),
        "tokens": ApiToken.objects.filter(person=person, revoked_at=None).order_by("-pk"),
        "second_factor": has_second_factor(person),
    }
    return render(request, "people/profile.html", context, status=422 if form.errors else 200)


@never_cache
def new_token(request: Request) -> HttpResponse:
    """Make a token, and show it this once."""
    person = _self(request)
    form = TokenForm(request.POST or None, actor=request.actor)
    made: list[tuple[ApiToken, str]] = []

    def create() -> None:
        cleaned = form.cleaned_data
        end = clock.now() + timedelta(days=cleaned["days"]) if cleaned["days"] else None
        token = actions.create_token(
            request.actor, person, name=cleaned["name"], scopes=cleaned["scopes"], expires_at=end
        )
        made.append(token)

    if save(form, create):
        context = {"title": _("Your new token"), "token": made[0][0], "secret": made[0][1]}
        return render(request, "people/token.html", context)
    return form_page(request, form, _("Make API token"), submit=_("Make token"), cancel=reverse("people:profile"))
