"""The views behind the building blocks: palette, running actions, presence, language."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from pydantic import BaseModel

from drifta.kernel import presence as presences
from drifta.kernel.actions import Action, catalogue
from drifta.ui import doing, languages
from drifta.ui import palette as palettes
from drifta.ui.menu import actor_of
from drifta.ui.model_forms import form_for
from drifta.ui.subjects import find, get_all


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """Answer the palette with the lines that fit ``q``; ``subject`` is the object of the page it was opened on."""
    actor = actor_of(request)
    if actor.kind == "nobody":
        raise PermissionDenied
    text = request.GET.get("q", "").replace("\x00", "")[:200]
    subject = find(actor, request.GET.get("subject", ""))
    context = {
        "groups": palettes.groups(actor, text, subject),
        "subject": getattr(subject, "subject_key", ""),
        "next": _safe(request, request.GET.get("next", "/")),
    }
    return render(request, "ui/palette.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest) -> HttpResponse:
    """Run an action of the catalogue on one or several objects; GET asks for its parameters in a dialog."""
    given = request.POST if request.method == "POST" else request.GET
    actor = actor_of(request)
    entry = catalogue.get(given.get("action", ""))
    if entry is None or entry.model is None or not doing.is_fillable(entry):
        raise Http404
    objects = get_all(actor, given.getlist("subject")[:500])
    if not all(isinstance(obj, entry.model) for obj in objects):
        raise Http404
    form_class = form_for(entry.parameters)
    if request.method != "POST" or (doing.needs_form(entry) and "asked" not in given):
        return _dialog(request, entry, objects, form_class())
    form = form_class(given if "asked" in given else None)
    if form.is_bound and not form.is_valid():
        return _dialog(request, entry, objects, form, status=422)
    return _run(request, entry, objects, form.to_model() if form.is_bound else None)


def _dialog(
    request: HttpRequest, entry: Action, objects: list[models.Model], form: object, status: int = 200
) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    context = {
        "entry": entry,
        "objects": objects,
        "form": form,
        "next": _safe(request, given.get("next", "/")),
        "version": given.get("version", ""),
        "again": status == 422,
    }
    return render(request, "ui/act.html", context, status=status)


def _run(request: HttpRequest, entry: Action, objects: list[models.Model], values: BaseModel | None) -> HttpResponse:
    version = request.POST.get("version", "")
    number = int(version) if version.isdecimal() and len(objects) == 1 else None
    outcome = doing.run(actor_of(request), entry, objects, values, number)
    if outcome.done:
        messages.success(request, outcome.summary(entry.label))
    if outcome.refused:
        messages.error(request, outcome.reasons())
    target = _safe(request, request.POST.get("next", "/"))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


@require_POST
def presence(request: HttpRequest) -> HttpResponse:
    """Note that the page of ``subject`` is open (and typed on); answer who else is there. ``look`` only asks."""
    actor = actor_of(request)
    key = request.POST.get("subject", "")
    if find(actor, key) is None:
        raise Http404
    if request.POST.get("gone"):
        presences.leave(actor, key)
        return HttpResponse(status=204)
    if not request.POST.get("look"):
        presences.here(actor, key, typing=bool(request.POST.get("typing")))
    return render(request, "ui/presence.html", {"others": presences.others(actor, key)})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages, and keep the choice with the person."""
    code = request.POST.get("language", "")
    response = HttpResponseRedirect(_safe(request, request.POST.get("next", "/")))
    if check_for_language(code) and code in dict(settings.LANGUAGES):
        actor = actor_of(request)
        for keep in languages.keepers:
            keep(actor, code)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 86400, samesite="Lax", secure=request.is_secure()
        )
    return response


def _safe(request: HttpRequest, url: str) -> str:
    """Return an address on this host to go back to; the first page for anything else."""
    fine = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if fine else "/"
