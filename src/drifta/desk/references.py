"""What tickets point to in other modules, looked up by string references and only as far as the actor may see."""

from collections.abc import Iterable
from typing import Any, cast

from django.apps import apps
from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel.actions import Refused
from drifta.kernel.actor import Actor
from drifta.kernel.models import VisibleQuerySet

#: What people call the models that tickets point to.
NAMES = {
    "inventory.Asset": gettext_lazy("asset"),
    "inventory.Service": gettext_lazy("service"),
    "inventory.Site": gettext_lazy("site"),
    "people.Person": gettext_lazy("person"),
    "people.Team": gettext_lazy("team"),
}


def rows(label: str) -> VisibleQuerySet[Any]:
    """Return all rows of a model of another module, named as in a foreign key (``people.Person``)."""
    return cast("VisibleQuerySet[Any]", apps.get_model(label)._default_manager.all())


def language_of(organisation_id: int) -> str:
    """Return the language in which an organisation is written to."""
    return str(rows("people.Organisation").values_list("language", flat=True).get(pk=organisation_id))


def visible(actor: Actor, label: str, pk: int) -> Any:
    """Return a row that the actor sees. Raises ``Refused`` when there is none."""
    found = rows(label).visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise Refused(
            _("There is no %(thing)s with the number %(number)s that you may use. Choose another one.")
            % {"thing": NAMES[label], "number": pk}
        )
    return found


def visible_or_none(actor: Actor, label: str, pk: int | None) -> Any:
    """Return a row that the actor sees; nothing for None and for 0, by which forms and programs clear a field."""
    return visible(actor, label, pk) if pk else None


def several(actor: Actor, label: str, pks: Iterable[int]) -> list[Any]:
    """Return the rows with these numbers. Raises ``Refused`` when one of them is not for the actor."""
    wanted = sorted(set(pks))
    found = list(rows(label).visible_to(actor).filter(pk__in=wanted)) if wanted else []
    if len(found) < len(wanted):
        visible(actor, label, min(set(wanted) - {row.pk for row in found}))
    return found


def watchers(actor: Actor, pks: Iterable[int]) -> "QuerySet[models.Model]":
    """Return the persons with these numbers in the actor's organisations: a reporter may inform colleagues too."""
    persons = rows("people.Person").filter(pk__in=set(pks))
    if actor.organisation_ids is None:
        return persons
    return persons.filter(organisation_id__in=actor.organisation_ids)
