"""Times as people read them: relative in the text, absolute when the pointer rests on them."""

from datetime import datetime, tzinfo
from functools import lru_cache

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from drifta.kernel import clock

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def relative(when: datetime, now: datetime | None = None) -> str:
    """Say how long ago (or in how long) a moment is, in the largest fitting unit."""
    seconds = int(((now or clock.now()) - when).total_seconds())
    span = abs(seconds)
    if span < _MINUTE:
        return _("now")
    if span < _HOUR:
        text = ngettext("%(count)d min", "%(count)d min", span // _MINUTE) % {"count": span // _MINUTE}
    elif span < _DAY:
        text = ngettext("%(count)d h", "%(count)d h", span // _HOUR) % {"count": span // _HOUR}
    elif span < 30 * _DAY:
        text = ngettext("%(count)d day", "%(count)d days", span // _DAY) % {"count": span // _DAY}
    elif span < 365 * _DAY:
        months = span // (30 * _DAY)
        text = ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    else:
        years = span // (365 * _DAY)
        text = ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    return (_("%(span)s ago") if seconds > 0 else _("in %(span)s")) % {"span": text}


def absolute(when: datetime) -> str:
    """Write a moment out in the reader's time zone and language."""
    return _absolute(when, timezone.get_current_timezone(), get_language())


# The same rows are looked at again and again, and writing out a date takes longer than all else in a cell.
@lru_cache(maxsize=20_000)
def _absolute(when: datetime, zone: tzinfo, _language: str | None) -> str:
    return formats.date_format(when.astimezone(zone), "DATETIME_FORMAT")


def ago(when: datetime | None) -> SafeString:
    """Return a ``<time>`` that stays true while the page is open; an en dash for no moment."""
    if when is None:
        return missing()
    opened = _opened(when, timezone.get_current_timezone(), get_language())
    return mark_safe(f"{opened}{relative(when)}</time>")  # noqa: S308 - our own words


@lru_cache(maxsize=20_000)
def _opened(when: datetime, zone: tzinfo, language: str | None) -> SafeString:
    moment = when.astimezone(zone).isoformat()
    return format_html('<time data-ago datetime="{}" title="{}">', moment, _absolute(when, zone, language))


def missing() -> SafeString:
    """Return what stands in an empty cell."""
    return format_html('<span class="missing">{}</span>', "–")
