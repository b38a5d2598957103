"""Checks in the one search."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drifta.kernel.actor import Actor
from drifta.kernel.permissions import may
from drifta.kernel.search import Source, register
from drifta.monitoring.models import Check


def _visible(actor: Actor) -> QuerySet[Any]:
    return Check.objects.visible_to(actor) if may(actor, "monitoring.view") else Check.objects.none()


register(
    Source(
        kind="check",
        label=_("Checks"),
        icon="activity",
        visible=_visible,
        url=lambda number: reverse("monitoring:check", args=[number]),
        insider=lambda actor: may(actor, "monitoring.view"),
    )
)
