"""The REST interface: joins the modules' routers, turns errors into problem details, gives actions their verbs."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as RequestInvalid
from ninja.parser import Parser
from pydantic import ValidationError as ValueInvalid

from drifta import __version__
from drifta.kernel.actions import Action, Conflict, catalogue
from drifta.kernel.modules import Module
from drifta.kernel.rest import Problem, authenticated, based_on, get_visible, problem
from drifta.site.api import events, settings


class Texts(Parser):
    """Reads requests; PostgreSQL keeps no NUL characters, so a text with one is refused before it gets anywhere."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Read a JSON body."""
        return _without_nul(super().parse_body(request))


def _without_nul(found: dict[str, Any]) -> dict[str, Any]:
    if any("\0" in text for text in _texts(found)):
        raise Problem(422, _("A text contains the character NUL"), _("Leave it out."))
    return found


def _texts(value: object) -> Iterator[str]:
    """Return every text in a JSON value, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


api = NinjaAPI(
    parser=Texts(),
    title="Drifta",
    version=__version__,
    description=(
        "Bearer tokens; pages by cursor; errors as problem details (RFC 9457); Idempotency-Key on POST; "
        "ETag and If-Match on changes."
    ),
    auth=authenticated,
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return problem(error.status, error.title, error.detail, **error.extra)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = problem(
        401,
        _("Who are you?"),
        _("Send a valid API token: “Authorization: Bearer …”. It may have expired or been revoked."),
    )
    answer["WWW-Authenticate"] = 'Bearer realm="Drifta"'
    return answer


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return problem(403, _("Not permitted"), str(error))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, _("Not found"), _("There is nothing here that you may see."))


@api.exception_handler(Conflict)
def _conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    status = 412 if "If-Match" in request.headers else 409
    return problem(
        status,
        _("Somebody changed it in the meantime"),
        _("Fetch it again, look at what changed, and send your change with the new ETag."),
        version=error.current.version,
        based_on=error.based_on,
    )


@api.exception_handler(ValidationError)
def _refused(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(422, _("This cannot be done"), " ".join(error.messages))


@api.exception_handler(RequestInvalid)
def _invalid(request: HttpRequest, error: RequestInvalid) -> HttpResponse:
    errors = [{"where": [str(part) for part in one["loc"]], "message": str(one["msg"])} for one in error.errors]
    return problem(422, _("The request does not fit the description"), _("See “errors”."), errors=errors)


@api.exception_handler(ValueInvalid)
def _wrong_values(request: HttpRequest, error: ValueInvalid) -> HttpResponse:
    found = error.errors(include_url=False, include_input=False)
    errors = [{"where": [str(part) for part in one["loc"]], "message": str(one["msg"])} for one in found]
    return problem(422, _("The values do not fit the description"), _("See “errors”."), errors=errors)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))


def _routers() -> None:
    """Mount the router of every module that has one."""
    for config in apps.get_app_configs():
        if isinstance(config, Module) and config.label != "site" and find_spec(f"{config.name}.api"):
            api.add_router("", import_module(f"{config.name}.api").router)
    api.add_router("", events.router)
    api.add_router("", settings.router)


def resource_name(model: type[models.Model]) -> str:
    """Return the plural noun under which a model's rows stand in addresses: ``tickets``, ``people``."""
    return str(getattr(model, "resource", f"{model._meta.model_name}s"))


def _verbs() -> None:
    """Give each action on a row that the interface shows its address: ``POST /tickets/42/close``."""
    for entry in catalogue.values():
        if entry.offered and entry.model is not None and hasattr(entry.model, "resource"):
            _verb(entry, entry.model)


def _verb(entry: Action, model: type[models.Model]) -> None:
    parameters: Any = entry.parameters
    may_be_empty = not any(field.is_required() for field in parameters.model_fields.values())

    def run(request: HttpRequest, pk: int, values: Any) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        row = get_visible(model._default_manager.visible_to(actor), pk)  # type: ignore[attr-defined]
        if entry.versioned:
            based_on(request, row)
        entry.run(actor, row, **{name: getattr(values, name) for name in parameters.model_fields})
        return HttpResponse(status=204)

    run.__annotations__["values"] = parameters
    if may_be_empty:
        run.__defaults__ = (parameters(),)
    run.__name__ = f"run_{entry.name.replace('.', '_')}"
    api.post(
        f"/{resource_name(model)}/{{pk}}/{entry.verb}",
        response={204: None},
        summary=str(entry.label),
        tags=[resource_name(model)],
        operation_id=entry.name,
        url_name=entry.name.replace(".", "-"),
    )(run)


_routers()
_verbs()
