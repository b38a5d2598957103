"""Sites, assets and services in the one search."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drifta.inventory.models import Asset, Service, Site
from drifta.kernel.actor import Actor
from drifta.kernel.permissions import may
from drifta.kernel.search import Source, register


def _visible(rows: Any, actor: Actor) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.visible_to(actor)
    return found if may(actor, "inventory.view") else found.none()


for _kind, _label, _icon, _model in (
    ("asset", _("Assets"), "device-desktop", Asset),
    ("service", _("Services"), "cloud", Service),
    ("site", _("Sites"), "map-pin", Site),
):
    register(
        Source(
            kind=_kind,
            label=_label,
            icon=_icon,
            visible=lambda actor, model=_model: _visible(model.objects, actor),  # type: ignore[misc]
            url=lambda number, kind=_kind: reverse(f"inventory:{kind}", args=[number]),  # type: ignore[misc]
            insider=lambda actor: may(actor, "inventory.edit"),
        )
    )
