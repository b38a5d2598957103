"""Settings that people change: pydantic models by section, stored in the database, shown as forms."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, SecretStr

from drifta.kernel import secrets, unit
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import Event, emit
from drifta.kernel.events import event as declare_event
from drifta.kernel.models import Setting


class Section(BaseModel):
    """Base of a settings section. Every field has a default, so that an untouched installation works."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    section: ClassVar[str] = ""
    title: ClassVar[str | Promise] = ""
    description: ClassVar[str | Promise] = ""
    icon: ClassVar[str] = "settings"
    order: ClassVar[int] = 100


S = TypeVar("S", bound=Section)

sections: dict[str, type[Section]] = {}


def section(
    name: str, *, title: str | Promise, description: str | Promise = "", icon: str = "settings", order: int = 100
) -> Callable[[type[S]], type[S]]:
    """Register a settings section under its stable name, such as ``channels.mail``."""

    def declare(model: type[S]) -> type[S]:
        if name in sections:
            raise ValueError(f"The settings section '{name}' is declared twice.")
        model.section, model.title, model.description, model.icon, model.order = name, title, description, icon, order
        sections[name] = model
        return model

    return declare


def get(model: type[S]) -> S:
    """Return the present values of a section; what is not stored has its default."""
    return unit.remembered(("setting", model.section), lambda: _stored(model))


def _stored(model: type[S]) -> S:
    row = Setting.objects.filter(pk=model.section).first()
    return load(model, row.value if row else {})


def load(model: type[S], stored: dict[str, Any]) -> S:
    """Build a section from stored values, opening sealed ones. A value that is no longer valid gives its default."""
    opened = {name: secrets.unseal(value) if secrets.is_sealed(value) else value for name, value in stored.items()}
    try:
        return model.model_validate(opened)
    except ValueError:
        return model.model_validate({name: value for name, value in opened.items() if _valid(model, name, value)})


def _valid(model: type[S], name: str, value: Any) -> bool:
    try:
        model.model_validate({name: value})
    except ValueError:
        return False
    return True


def dump(values: BaseModel) -> dict[str, Any]:
    """Return what is stored for a pydantic model: JSON values, with secrets sealed."""
    plain = values.model_dump(mode="json")
    for name in type(values).model_fields:
        value = getattr(values, name)
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            plain[name] = secrets.seal(secret) if secret else ""
    return plain


@declare_event("kernel.settings_changed", text=_("changed the settings “%(section)s”: %(fields)s"))
@dataclass(frozen=True)
class SettingsChanged(Event):
    """A settings section got new values; names the fields, never the values."""

    section: str
    fields: str


@action("settings.change", label=_("Change settings"), icon="settings")
def change(actor: Actor, *, section: str, values: dict[str, Any]) -> Section:
    """Store new values of a section. Fields that are missing keep their present value; unknown ones are refused."""
    model = sections[section]
    unknown = sorted(set(values) - set(model.model_fields))
    if unknown:
        text = _("There is no setting “%(name)s” here. Look at the names in the reference.")
        raise Refused(text % {"name": unknown[0]})
    before = get(model)
    after = model.model_validate({**_plain(before), **values})
    row, _created = Setting.objects.select_for_update().get_or_create(pk=section)
    row.value, row.version = dump(after), row.version + 1
    row.save()
    unit.forget(("setting", section))
    changed = [name for name in model.model_fields if getattr(before, name) != getattr(after, name)]
    emit(actor, SettingsChanged(section=section, fields=", ".join(changed)), subject=row)
    return after


def _plain(values: BaseModel) -> dict[str, Any]:
    """Return the values as they are entered, secrets included."""
    found = {name: getattr(values, name) for name in type(values).model_fields}
    return {name: value.get_secret_value() if isinstance(value, SecretStr) else value for name, value in found.items()}
