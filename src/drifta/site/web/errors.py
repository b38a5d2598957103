"""Errors as people meet them: a page, a fragment for htmx, or problem details; always with the next step."""

import json

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from drifta.kernel.actions import Conflict, Refused
from drifta.kernel.rest import problem

#: Where programs ask; errors there are problem details (RFC 9457).
FOR_PROGRAMS = ("/api/", "/probe/")
#: What allauth says, in English only, to somebody who has nothing to confirm with who they are.
NO_REAUTHENTICATION = "Reauthentication not available"


def _is_program(request: HttpRequest) -> bool:
    return request.path.startswith(FOR_PROGRAMS)


def _page(
    request: HttpRequest, status: int, template: str, title: str, detail: str, **context: object
) -> HttpResponse:
    """Answer in the form that the asker understands. htmx shows ``detail`` as a passing message."""
    if _is_program(request):
        return problem(status, title, detail)
    if request.headers.get("HX-Request"):
        return _fragment(status, detail)
    return render(request, template, {"title": title, "why": detail, **context}, status=status)


def _fragment(status: int, detail: str) -> HttpResponse:
    """Answer htmx: nothing of the page is replaced, the detail passes by as a message."""
    response = HttpResponse(detail, status=status, content_type="text/plain; charset=utf-8")
    response["HX-Reswap"] = "none"
    if status == 422:
        response["HX-Trigger"] = json.dumps({"toast": {"text": detail, "kind": "bad"}})
    return response


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400."""
    detail = _("Something in the address or the form was not as it should be. Go back, check it, and send it again.")
    return _page(request, 400, "400.html", _("Not understood"), detail)


@requires_csrf_token
def denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403; somebody who is not signed in is asked to sign in instead."""
    actor = getattr(request, "actor", None)
    if actor is not None and actor.kind == "nobody" and not _is_program(request):
        return sign_in_first(request)
    said = str(exception) if isinstance(exception, PermissionDenied) else ""
    if said == NO_REAUTHENTICATION:
        said = _(
            "This must be confirmed with a password, a passkey or a code, and you have none. Set a password first."
        )
    detail = said or _("Your role does not allow it. Ask an administrator to give you a role that does.")
    return _page(request, 403, "403.html", _("Not permitted"), detail, exception=said)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and back here; a fragment makes the whole page go there."""
    target = f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("account_login")})
    return HttpResponseRedirect(target)


@requires_csrf_token
def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404, for what is not there as for what may not be seen."""
    detail = _("There is nothing at this address that you may see. It may have been moved or deleted.")
    return _page(request, 404, "404.html", _("Not found"), detail)


@requires_csrf_token
def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500 without asking anything that may be broken too."""
    detail = _(
        "This is a fault of Drifta. It was logged. Try again; if it stays, tell your administrator when it was."
    )
    try:
        return _page(request, 500, "500.html", _("Something went wrong"), detail)
    except Exception:  # the template itself may be what is broken
        return HttpResponse(detail, status=500, content_type="text/plain; charset=utf-8")


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that came without its token: mostly a page that was open since before signing in."""
    detail = _(
        "This page was open for too long, or cookies are switched off. Load the page again and send the form anew."
    )
    return _page(request, 403, "403.html", _("The form is too old"), detail, exception=detail)


def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """Answer an action that makes no sense now, when its view has not shown the reason beside the form."""
    detail = " ".join(error.messages)
    return _page(request, 422, "site/refused.html", _("This cannot be done"), detail)


def conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    """Answer a change that was based on an old version, when its view has no page to merge the two."""
    detail = _("Somebody changed %(object)s in the meantime. Look at what is so now, then make your change again.")
    detail %= {"object": error.current}
    return _page(request, 409, "409.html", _("Changed by somebody else"), detail, conflict=error)
