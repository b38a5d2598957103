"""Running an action of the catalogue from a page: buttons, bulk bars and the palette all end here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import BaseModel

from drifta.kernel.actions import Action, Refused
from drifta.kernel.actor import Actor
from drifta.kernel.models import Versioned
from drifta.ui.model_forms import fillable

FormAddress = Callable[[Any], str]
_own_forms: dict[str, FormAddress] = {}


def register_form(action: str, address: FormAddress) -> None:
    """Let an action be asked for by a dialog of the module's own, at ``address(object)``, wherever it is offered.

    GET with htmx answers with a ``<dialog data-open>``, without htmx with a page. Raises ``ValueError`` when taken.
    """
    if action in _own_forms:
        raise ValueError(f"The action '{action}' has two forms.")
    _own_forms[action] = address


def has_own_form(entry: Action) -> bool:
    """Whether the action's module asks for what it needs in a dialog of its own."""
    return entry.name in _own_forms


def own_form(entry: Action, obj: Any) -> str:
    """Return the address of the action's own dialog for an object; empty when it has none."""
    address = _own_forms.get(entry.name)
    return address(obj) if address is not None else ""


@dataclass
class Outcome:
    """What came of an action done to several objects."""

    done: list[models.Model] = field(default_factory=list)
    refused: list[tuple[models.Model, str]] = field(default_factory=list)

    def summary(self, label: str | Promise) -> str:
        """Say it in one line."""
        if len(self.done) == 1 and not self.refused:
            return _("%(action)s: %(object)s") % {"action": label, "object": self.done[0]}
        text = ngettext("%(action)s: %(count)d done", "%(action)s: %(count)d done", len(self.done))
        return text % {"action": label, "count": len(self.done)}

    def reasons(self) -> str:
        """Say why the others were refused; the first three reasons."""
        listed = [f"{row}: {reason}" for row, reason in self.refused[:3]]
        more = len(self.refused) - len(listed)
        if more > 0:
            listed.append(ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more})
        return " · ".join(listed)


def needs_form(entry: Action) -> bool:
    """Whether the action asks for anything that has no default."""
    return any(one.is_required() for one in entry.parameters.model_fields.values())


def is_fillable(entry: Action) -> bool:
    """Whether a form can be made of the action's parameters: of their types, and with words for each.

    A parameter gets its words by ``Annotated[str, Field(title=gettext_noop("Reason"), description=...)]``.
    """
    fields = entry.parameters.model_fields.values()
    return all(field.title for field in fields) and fillable(entry.parameters)


def run(
    actor: Actor, entry: Action, objects: list[models.Model], values: BaseModel | None, version: int | None = None
) -> Outcome:
    """Do the action to each object, each in a transaction of its own; a refusal of one does not stop the others.

    ``version`` is the version that a single object had when the person saw it. ``Conflict`` goes through for a
    single object, so that its page can show both sides.
    """
    outcome = Outcome()
    given = {name: getattr(values, name) for name in values.model_fields_set} if values is not None else {}
    for obj in objects:
        if version is not None and isinstance(obj, Versioned):
            obj.version = version
        try:
            entry.run(actor, obj, **given)
        except Refused as refusal:
            outcome.refused.append((obj, " ".join(refusal.messages)))
        except PermissionDenied:
            if len(objects) == 1:
                raise
            outcome.refused.append((obj, _("you may not do this here")))
        else:
            outcome.done.append(obj)
    return outcome
