"""Pydantic's complaints in the reader's language: what is wrong, and what is expected."""

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

_TEXTS = {
    "missing": _("This field is required."),
    "string_too_short": _("Too short: at least %(min_length)s characters are needed."),
    "string_too_long": _("Too long: at most %(max_length)s characters fit."),
    "string_pattern_mismatch": _("The text does not have the expected form (%(pattern)s)."),
    "int_parsing": _("Enter a whole number."),
    "int_type": _("Enter a whole number."),
    "int_from_float": _("Enter a whole number."),
    "float_parsing": _("Enter a number."),
    "float_type": _("Enter a number."),
    "bool_parsing": _("Choose yes or no."),
    "greater_than": _("Enter a number above %(gt)s."),
    "greater_than_equal": _("Enter %(ge)s or more."),
    "less_than": _("Enter a number below %(lt)s."),
    "less_than_equal": _("Enter %(le)s or less."),
    "literal_error": _("Choose one of: %(expected)s."),
    "enum": _("Choose one of: %(expected)s."),
    "too_short": _("At least %(min_length)s are needed."),
    "too_long": _("At most %(max_length)s are allowed."),
    "url_parsing": _("Enter a complete address, such as https://example.org."),
    "url_scheme": _("The address must begin with one of: %(expected_schemes)s."),
    "ip_any_address": _("Enter an IPv4 or IPv6 address."),
    "ip_any_network": _("Enter a network, such as 10.0.0.0/8."),
    "date_from_datetime_parsing": _("Enter a date, such as 2026-11-20."),
    "datetime_from_date_parsing": _("Enter a date and a time."),
    "extra_forbidden": _("This field is not known."),
}


def translated(problem: dict[str, Any]) -> str:
    """Return one of pydantic's errors (an entry of ``ValidationError.errors()``) as a sentence for people."""
    context = problem.get("ctx") or {}
    if problem["type"] in {"value_error", "assertion_error"}:
        return gettext(str(context.get("error", problem["msg"])))
    text = _TEXTS.get(problem["type"])
    if text is None:
        return gettext("This value is not valid: %(reason)s") % {"reason": problem["msg"]}
    try:
        return gettext(text) % context
    except KeyError:
        return gettext("This value is not valid: %(reason)s") % {"reason": problem["msg"]}
