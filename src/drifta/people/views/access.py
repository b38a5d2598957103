"""Roles, invitations, merging, sessions and tokens of people."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from drifta.kernel import clock
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.people import access_mail, actions, tokens
from drifta.people.forms import ChoosePasswordForm, MergeForm, RolesForm
from drifta.people.models import ApiToken, Invitation
from drifta.people.views.persons import visible
from drifta.ui.form_page import form_page, save


def roles(request: Request, pk: int) -> HttpResponse:
    """Change what a person may do, and for whom they work."""
    shown = visible(request, pk)
    require(request.actor, "people.set_roles", shown)
    form = RolesForm(request.POST or None, actor=request.actor, person=shown)

    def change() -> None:
        actions.set_roles(request.actor, shown, roles=form.cleaned_data["roles"])
        if "serves" in form.fields:
            served = [one.pk for one in form.cleaned_data["serves"]]
            actions.serve(request.actor, shown, organisation_ids=served)

    if save(form, change):
        return redirect("people:person", pk)
    title = _("Roles of %(name)s") % {"name": shown.name}
    return form_page(request, form, title, cancel=reverse("people:person", args=[pk]))


@require_POST
def invite(request: Request, pk: int) -> HttpResponse:
    """Invite a person: the link goes out by mail, and is shown once in case that mail cannot be sent."""
    shown = visible(request, pk)
    made, secret = actions.invite(request.actor, shown)
    link = access_mail.link(secret)
    context = {
        "title": _("Invitation of %(name)s") % {"name": shown.name},
        "person": shown,
        "link": link,
        "made": made,
    }
    return render(request, "people/invited.html", context)


@never_cache
def accept(request: Request, secret: str) -> HttpResponse:
    """Let an invited person choose a password; the link works once."""
    found = Invitation.objects.select_related("person").filter(digest=tokens.digest(secret)).first()
    if found is None:
        raise Http404
    usable = found.used_at is None and found.expires_at > clock.now() and found.person.is_active
    if not usable:
        return render(request, "people/invitation_over.html", {"title": _("This invitation is over")}, status=410)
    form = ChoosePasswordForm(request.POST or None)
    person = found.person
    if save(form, lambda: actions.accept_invitation(person.actor, found, password=form.cleaned_data["password"])):
        return redirect("account_login")
    context = {"title": _("Welcome, %(name)s") % {"name": person.name}, "person": person, "form": form}
    return render(request, "people/invitation.html", context, status=422 if form.errors else 200)


def merge(request: Request, pk: int) -> HttpResponse:
    """Merge another entry into this person."""
    shown = visible(request, pk)
    require(request.actor, "people.merge", shown)
    form = MergeForm(request.POST or None, actor=request.actor)
    if save(form, lambda: actions.merge(request.actor, shown, absorbed_id=form.cleaned_data["absorbed"].pk)):
        return redirect("people:person", pk)
    return form_page(
        request,
        form,
        _("Merge another entry into %(name)s") % {"name": shown.name},
        submit=_("Merge"),
        cancel=reverse("people:person", args=[pk]),
        text=_("Addresses, tickets, devices and teams of the other entry move here. It cannot be taken apart again."),
    )


@require_POST
def end_session(request: Request, pk: int) -> HttpResponse:
    """End one session of a person, or all."""
    number = request.POST.get("session", "")
    actions.end_session(request.actor, visible(request, pk), session_id=int(number) if number.isdecimal() else None)
    return redirect(_back(request, pk))


@require_POST
def revoke_token(request: Request, pk: int) -> HttpResponse:
    """End a token."""
    if request.actor.kind == "nobody":
        require(request.actor, "people.revoke_token")
    token = get_object_or_404(ApiToken.objects.select_related("person"), pk=pk)
    visible(request, token.person_id)
    actions.revoke_token(request.actor, token)
    return redirect(_back(request, token.person_id))


def _back(request: Request, pk: int) -> str:
    target = request.POST.get("next", "")
    fine = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if fine else reverse("people:person", args=[pk])
