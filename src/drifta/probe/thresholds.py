"""Thresholds that several kinds share, as fields and as judgement."""

from typing import Any

from pydantic import Field

from drifta.probe.check import State
from drifta.words import gettext_noop as _

WARNING_ABOVE_BAD = _("The value for a warning may not be beyond the value for bad.")


def time_warning() -> Any:
    """Return the settings field "time from which on to warn", in seconds."""
    return Field(
        None,
        gt=0,
        le=600,
        title=_("Time for a warning, s"),
        description=_("Time from which on to warn. Empty: the time does not matter."),
    )


def time_bad() -> Any:
    """Return the settings field "time from which on it is bad", in seconds."""
    return Field(
        None,
        gt=0,
        le=600,
        title=_("Time for bad, s"),
        description=_("Time from which on it is bad. Empty: the time does not matter."),
    )


def port_field(default: int | None = None) -> Any:
    """Return the settings field of a port number; required unless ``default`` is given."""
    title, description = _("Port"), _("Port number, 1 to 65535.")
    if default is None:
        return Field(ge=1, le=65535, title=title, description=description)
    return Field(default, ge=1, le=65535, title=title, description=description)


def host_field() -> Any:
    """Return the settings field of an address or a name."""
    description = _("Address or name, such as 192.0.2.7 or mail.example.org.")
    return Field(min_length=1, max_length=253, pattern=r"^[^\s/@?#]+$", title=_("Host"), description=description)


def check_order(warning: float | None, bad: float | None) -> None:
    """Raise ValueError unless ``warning`` comes before ``bad`` (both are upper limits)."""
    if warning is not None and bad is not None and warning > bad:
        raise ValueError(WARNING_ABOVE_BAD)


def above(value: float, warning: float | None, bad: float | None) -> State:
    """Judge a value of which too much is wrong."""
    if bad is not None and value >= bad:
        return State.BAD
    if warning is not None and value >= warning:
        return State.WARNING
    return State.GOOD
