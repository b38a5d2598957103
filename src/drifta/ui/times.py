"""Times as people read them: relative in the text, absolute when the pointer rests on them."""

from datetime import datetime

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
    return formats.date_format(timezone.localtime(when), "DATETIME_FORMAT")


def ago(when: datetime | None) -> SafeString:
    """Return a ``<time>`` that stays true while the page is open; an en dash for no moment."""
    if when is None:
        return missing()
    moment = timezone.localtime(when)
    return format_html(
        '<time data-ago datetime="{}" title="{}">{}</time>', moment.isoformat(), absolute(when), relative(when)
    )


def missing() -> SafeString:
    """Return what stands in an empty cell."""
    return format_html('<span class="missing">{}</span>', "–")
