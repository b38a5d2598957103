"""Kinds of checks as the server sees them: settings read and sealed, texts shown. The kinds are the probe's."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, SecretStr

from drifta.kernel import secrets
from drifta.kernel.actions import Refused
from drifta.probe.check import AnyCheck, Metric, metric_of, render_text
from drifta.probe.registry import KINDS
from drifta.ui.numbers import number

SILENT = "probe.silent"
OWN_TEXTS = {
    SILENT: gettext_noop("No data: the probe %(probe)s is silent."),
    "outside": "%(text)s",
    "pending": gettext_noop("No result yet."),
}


def kind_of(name: str) -> type[AnyCheck]:
    """Return a kind; Refused when this installation does not have it."""
    kind = KINDS.get(name)
    if kind is None:
        raise Refused(_("There is no check of the kind “%(kind)s” here. Choose another one.") % {"kind": name})
    return kind


def stored(values: BaseModel) -> dict[str, Any]:
    """Return settings as they are stored: JSON values, secrets sealed."""
    plain = values.model_dump(mode="json")
    return {name: _sealed(getattr(values, name), value) for name, value in plain.items()}


def plain(values: BaseModel) -> dict[str, Any]:
    """Return settings as they were entered, secrets in clear: what actions take."""
    return {name: _in_clear(getattr(values, name), value) for name, value in values.model_dump(mode="json").items()}


def _in_clear(value: Any, plain_value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return plain(value) if isinstance(value, BaseModel) else plain_value


def _sealed(value: Any, plain: Any) -> Any:
    if isinstance(value, SecretStr):
        return secrets.seal(value.get_secret_value()) if value.get_secret_value() else ""
    if isinstance(value, BaseModel):
        return stored(value)
    return plain


def opened(value: Any) -> Any:
    """Return stored settings with their secrets in clear, as the probe needs them."""
    if isinstance(value, dict):
        return {name: opened(inner) for name, inner in value.items()}
    return secrets.unseal(value) if secrets.is_sealed(value) else value


def shown(value: Any) -> Any:
    """Return stored settings for eyes: secrets as dots."""
    if isinstance(value, dict):
        return {name: shown(inner) for name, inner in value.items()}
    return "••••••" if secrets.is_sealed(value) else value


def text(kind: str, code: str, parameters: Mapping[str, Any]) -> str:
    """Return what a result says, in the present language; the bare code when nobody knows it."""
    own = OWN_TEXTS.get(code)
    parameters = {name: number(value) if isinstance(value, float) else value for name, value in parameters.items()}
    if own is None:
        return render_text(KINDS.get(kind), code, parameters, _)
    try:
        return str(_(own) % parameters)
    except (KeyError, TypeError, ValueError):
        return str(_(own))


def metric(kind: str, name: str) -> Metric | None:
    """Return the declaration of a metric of a kind."""
    found = KINDS.get(kind)
    return metric_of(found, name) if found else None


def primary_metric(kind: str) -> str:
    """Return the name of the metric that a list shows of checks of this kind: the first one declared."""
    found = KINDS.get(kind)
    return found.metrics[0].name if found and found.metrics else ""


def label(kind: str) -> str:
    """Return what people call a kind."""
    found = KINDS.get(kind)
    return str(_(found.label)) if found else kind


def icon(kind: str) -> str:
    """Return the name of a kind's drawing."""
    found = KINDS.get(kind)
    return found.icon if found else "activity"


def threshold(settings: Mapping[str, Any], name: str, unit: str, level: str) -> float | None:
    """Return a metric's threshold: the setting ``disk_used_warning``; ``disk_warning`` too, for shares and numbers."""
    stems = [name.replace(".", "_"), *([name.partition(".")[0]] if unit in ("%", "1") else [])]
    for stem in stems:
        value = settings.get(f"{stem}_{level}")
        if isinstance(value, int | float):
            return float(value)
    return None
