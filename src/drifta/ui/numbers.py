"""Numbers as the reader's language writes them."""

from typing import Any

from django import forms
from django.utils import formats


def number(value: float) -> str:
    """Write a number with three digits behind the mark at most, and none that are zero: ``45,5`` in Swedish."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return with_mark("0" if text == "-0" else text)


class NumberField(forms.FloatField):
    """A number in a form, shown without a fraction that is none: ``90``, not ``90.0``."""

    def prepare_value(self, value: Any) -> Any:
        """Return what the input shows."""
        return int(value) if isinstance(value, float) and value.is_integer() else value


def with_mark(text: str) -> str:
    """Give a number that is written with a point, and its unit, the decimal mark of the language."""
    return text.replace(".", formats.get_format("DECIMAL_SEPARATOR"))
