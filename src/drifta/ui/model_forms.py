"""Forms made from pydantic models: settings sections, settings of parts, parameters of actions.

Titles and descriptions come from ``Field(title=..., description=...)`` and are translated when shown. A field's look
can be chosen by ``json_schema_extra``: ``{"widget": "textarea"}``, or ``{"choices": function}`` giving (value, label)
pairs.
"""

import types
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar, Union, cast, get_args, get_origin

from django import forms
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy, ngettext
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from drifta.ui.model_errors import translated
from drifta.ui.numbers import NumberField

B = TypeVar("B", bound=BaseModel)

#: Stands between the name of a nested model and the name of its field.
NESTED = "__"


class SecretInput(forms.PasswordInput):
    """Never shows the secret; says whether there is one."""

    template_name = "ui/widgets/secret.html"

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "new-password"}, render_value=False)
        self.is_set = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add whether a secret is stored."""
        return {**super().get_context(name, value, attrs), "is_set": self.is_set}


class SecretField(forms.CharField):
    """A secret: left empty it stays as it is."""

    widget = SecretInput


class LinesField(forms.CharField):
    """A list of texts, one per line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(str(item) for item in value) if isinstance(value, list | tuple | set | frozenset) else value

    def to_python(self, value: Any) -> Any:
        """Read lines as a list, without empty ones."""
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class ModelForm(forms.Form, Generic[B]):
    """A Django form that ends in a pydantic model. Made by ``form_for``."""

    model: ClassVar[type[BaseModel]]

    def __init__(self, data: Any = None, *, instance: B | None = None, **options: Any) -> None:
        self.instance = instance
        initial = {**(_flat(instance) if instance is not None else {}), **(options.pop("initial", None) or {})}
        super().__init__(data, initial=initial, **options)
        self._built: BaseModel | None = None
        for name, field in self.fields.items():
            if isinstance(field.widget, SecretInput):
                secret = initial.get(name)
                field.widget.is_set = bool(secret.get_secret_value() if isinstance(secret, SecretStr) else secret)
                field.required = field.required and not field.widget.is_set

    def clean(self) -> dict[str, Any]:
        """Validate by the model; each of its errors goes to its field, in the reader's language."""
        cleaned = dict(super().clean() or {})
        if self.errors:
            return cleaned
        try:
            self._built = self.model.model_validate(self._nested(cleaned))
        except ValidationError as error:
            for problem in error.errors():
                self._add(problem)
        return cleaned

    def to_model(self) -> B:
        """Return the valid model. Call it after ``is_valid()`` said yes."""
        assert self._built is not None
        return cast("B", self._built)

    def _add(self, problem: Any) -> None:
        parts = [str(part) for part in problem["loc"]]
        names = (NESTED.join(parts[:depth]) for depth in range(len(parts), 0, -1))
        name = next((one for one in names if one in self.fields), None)
        self.add_error(name, translated(problem))

    def _nested(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        return _gather(self.model, cleaned, self.initial, "")


def form_for(model: type[B]) -> type[ModelForm[B]]:
    """Return a form class for ``model``. Raises ``TypeError`` for a field whose type cannot be typed into a form."""
    fields = _fields(model, prefix="", optional=False)
    return cast("type[ModelForm[B]]", type(f"{model.__name__}Form", (ModelForm,), {**fields, "model": model}))


def fillable(model: type[BaseModel]) -> bool:
    """Whether ``form_for`` can make a form of the model."""
    try:
        _fields(model, prefix="", optional=False)
    except TypeError:
        return False
    return True


def _fields(model: type[BaseModel], *, prefix: str, optional: bool) -> dict[str, forms.Field]:
    made: dict[str, forms.Field] = {}
    for name, info in model.model_fields.items():
        if _extra(info).get("hidden"):
            continue
        kind, may_be_none = _unwrapped(info.annotation)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            made |= _fields(kind, prefix=f"{prefix}{name}{NESTED}", optional=optional or may_be_none)
        else:
            made[prefix + name] = _field(name, info, kind, optional=optional or may_be_none)
    return made


def _field(name: str, info: FieldInfo, kind: Any, *, optional: bool) -> forms.Field:
    options: dict[str, Any] = {
        "label": gettext_lazy(info.title) if info.title else lazystr(name.replace("_", " ").capitalize()),
        "help_text": gettext_lazy(info.description) if info.description else "",
        "required": info.is_required() and not optional,
        "initial": None if info.default is PydanticUndefined else info.get_default(call_default_factory=True),
    }
    extra = _extra(info)
    if "choices" in extra:
        return _chosen(extra["choices"], options, several=get_origin(kind) in {list, set, frozenset, tuple})
    field = _by_kind(kind, info, options)
    if field is None:
        raise TypeError(f"The field '{name}' of type {kind!r} cannot be shown in a form.")
    if extra.get("widget") == "textarea":
        field.widget = forms.Textarea()
    if "placeholder" in extra:
        field.widget.attrs["placeholder"] = extra["placeholder"]
    return field


def _by_kind(kind: Any, info: FieldInfo, options: dict[str, Any]) -> forms.Field | None:
    origin = get_origin(kind)
    if origin is Literal:
        return _chosen([(value, _title(value)) for value in get_args(kind)], options, several=False)
    if origin in {list, tuple, set, frozenset}:
        return _several(get_args(kind), options)
    if not isinstance(kind, type):
        return None
    if issubclass(kind, Enum):
        return _chosen([(member.value, _member_label(member)) for member in kind], options, several=False)
    if issubclass(kind, bool):
        return forms.BooleanField(**{**options, "required": False})
    if issubclass(kind, int | float | Decimal):
        return _number(kind, info, options)
    simple: dict[type, type[forms.Field]] = {
        datetime: forms.DateTimeField,
        date: forms.DateField,
        time: forms.TimeField,
    }
    for type_, field in simple.items():
        if issubclass(kind, type_):
            return field(**options, widget=_temporal(type_))
    if issubclass(kind, SecretStr):
        return SecretField(**{**options, "strip": False})
    return _text(kind, info, options)


def _text(kind: type, info: FieldInfo, options: dict[str, Any]) -> forms.Field | None:
    named = kind.__module__.startswith(("pydantic", "ipaddress", "uuid"))
    if not (issubclass(kind, str | Path) or named) or issubclass(kind, BaseModel):
        return None
    return forms.CharField(**options, max_length=_limit(info, "max_length"))


def _number(kind: type, info: FieldInfo, options: dict[str, Any]) -> forms.Field:
    limits = {"min_value": _limit(info, "ge"), "max_value": _limit(info, "le")}
    if issubclass(kind, int):
        return forms.IntegerField(**options, **limits)
    field = NumberField if issubclass(kind, float) else forms.DecimalField
    return field(**options, **limits, widget=forms.NumberInput(attrs={"step": "any"}))


def _temporal(kind: type) -> forms.DateInput | forms.DateTimeInput | forms.TimeInput:
    if kind is datetime:
        return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    if kind is date:
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def _several(kinds: tuple[Any, ...], options: dict[str, Any]) -> forms.Field | None:
    inner = _unwrapped(kinds[0])[0] if kinds else str
    if get_origin(inner) is Literal:
        return _chosen([(value, _title(value)) for value in get_args(inner)], options, several=True)
    if isinstance(inner, type) and issubclass(inner, Enum):
        return _chosen([(member.value, _member_label(member)) for member in inner], options, several=True)
    if not isinstance(inner, type) or issubclass(inner, BaseModel | dict | bytes):
        return None
    help_text = options["help_text"] or gettext_lazy("One per line.")
    return LinesField(**{**options, "help_text": help_text})


def _chosen(choices: Any, options: dict[str, Any], *, several: bool) -> forms.Field:
    if several:
        return forms.MultipleChoiceField(**options, choices=choices, widget=forms.CheckboxSelectMultiple)
    if options["required"] or callable(choices):
        return forms.ChoiceField(**options, choices=choices)
    listed = list(choices)
    # A field that may be empty offers that as its first choice; one with a default never is.
    offered = listed if options["initial"] is not None else [("", "–"), *listed]
    return forms.ChoiceField(**options, choices=offered)


def _title(value: Any) -> Any:
    return gettext_lazy(str(value).replace("_", " ").capitalize())


def _member_label(member: Enum) -> Any:
    label = getattr(member, "label", None)
    return (
        label
        if label is not None
        else _title(member.name.lower() if not isinstance(member.value, str) else member.value)
    )


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """Take Annotated and Optional away; tell whether None is allowed."""
    if get_origin(annotation) is Annotated:
        return _unwrapped(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        kinds = [one for one in get_args(annotation) if one is not type(None)]
        inner = _unwrapped(kinds[0])[0] if len(kinds) == 1 else annotation
        return inner, len(kinds) < len(get_args(annotation))
    return annotation, False


def _limit(info: FieldInfo, name: str) -> Any:
    return next((getattr(one, name) for one in info.metadata if getattr(one, name, None) is not None), None)


def _extra(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _flat(instance: BaseModel, prefix: str = "") -> dict[str, Any]:
    """Return the values by the names that the form's fields have."""
    found: dict[str, Any] = {}
    for name in type(instance).model_fields:
        value = getattr(instance, name)
        if isinstance(value, BaseModel):
            found |= _flat(value, f"{prefix}{name}{NESTED}")
        else:
            found[prefix + name] = value.value if isinstance(value, Enum) else value
    return found


def _gather(
    model: type[BaseModel], cleaned: Mapping[str, Any], initial: Mapping[str, Any], prefix: str
) -> dict[str, Any]:
    """Build the model's input from the form's flat values; what was left empty takes its default."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kind, may_be_none = _unwrapped(info.annotation)
        key = prefix + name
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            inner = _gather(kind, cleaned, initial, f"{key}{NESTED}")
            found[name] = None if may_be_none and _says_nothing(kind, inner) else inner
        elif key not in cleaned:
            if key in initial:
                found[name] = initial[key]
        else:
            _put(found, name, info, cleaned[key], initial.get(key), may_be_none=may_be_none)
    return found


def _says_nothing(model: type[BaseModel], values: Mapping[str, Any]) -> bool:
    """Whether an optional nested model was left as it is when nobody fills it in."""
    defaults = {name: info.get_default() for name, info in model.model_fields.items()}
    return all(value in (None, "", [], False) or value == defaults.get(name) for name, value in values.items())


def _put(found: dict[str, Any], name: str, info: FieldInfo, value: Any, before: Any, *, may_be_none: bool) -> None:
    kind, _optional = _unwrapped(info.annotation)
    if isinstance(kind, type) and issubclass(kind, SecretStr) and value == "" and before is not None:
        found[name] = before
    elif value not in ("", None):
        found[name] = value
    elif may_be_none:
        found[name] = None
    elif isinstance(kind, type) and issubclass(kind, str) and not info.is_required():
        found[name] = ""


def described(form: forms.BaseForm) -> str:
    """Say how many fields have errors, for the head of the form."""
    count = len(form.errors)
    text = ngettext("Correct one field and send again.", "Correct %(count)d fields and send again.", count)
    return text % {"count": count}
