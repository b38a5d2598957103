"""The settings of the installation over REST, by section; secrets are never shown."""

from typing import Any

from django.utils.translation import gettext as _
from ninja import Body, Router, Schema
from pydantic import Field

from drifta.kernel import settings
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.kernel.rest import Problem
from drifta.kernel.settings import Section

router = Router(tags=["settings"])


class SectionOut(Schema):
    """A section: its present values, and what each may be."""

    section: str
    title: str
    description: str
    values: dict[str, Any] = Field(description="a secret that is set is shown as dots")
    values_schema: dict[str, Any] = Field(description="the values as JSON Schema")


def _section(request: Request, name: str) -> type[Section]:
    require(request.actor, "settings.change")
    if name not in settings.sections:
        raise Problem(404, _("Not found"), _("There is nothing here that you may see."))
    return settings.sections[name]


def _shown(model: type[Section]) -> dict[str, Any]:
    """Return a section with its present values; pydantic writes dots for secrets."""
    texts = {"title": str(model.title), "description": str(model.description)}
    values = settings.get(model).model_dump(mode="json")
    return {"section": model.section, **texts, "values": values, "values_schema": model.model_json_schema()}


@router.get("/settings", response=list[SectionOut], summary="List settings")
def sections(request: Request) -> list[dict[str, Any]]:
    """List every section."""
    return [_shown(_section(request, name)) for name in sorted(settings.sections)]


@router.get("/settings/{name}", response=SectionOut, summary="Show a section of the settings")
def section(request: Request, name: str) -> dict[str, Any]:
    """Show one section."""
    return _shown(_section(request, name))


@router.patch("/settings/{name}", response=SectionOut, summary="Change settings")
def change_section(request: Request, name: str, values: Body[dict[str, Any]]) -> dict[str, Any]:
    """Change the values that are given; the others stay, also those that come back as they were shown."""
    model = _section(request, name)
    shown = _shown(model)["values"]
    new = {field: value for field, value in values.items() if field not in shown or value != shown[field]}
    settings.change(request.actor, section=name, values=new)
    return _shown(model)
