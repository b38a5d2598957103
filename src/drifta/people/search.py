"""People in the one search."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drifta.kernel.permissions import may
from drifta.kernel.search import Source, register
from drifta.people.models import Person

register(
    Source(
        kind="person",
        label=_("People"),
        icon="user",
        visible=lambda actor: Person.objects.visible_to(actor).present(),
        url=lambda number: reverse("people:person", args=[number]),
        insider=lambda actor: may(actor, "people.edit"),
    )
)
