"""Small pictures inside lines: history bars, sparklines, initials."""

from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from drifta.ui import assets
from drifta.ui.states import state

#: Slots of a history bar.
SLOTS = 90
_WIDTH, _HEIGHT = 88.0, 20.0
_KNOWN = {"good", "warning", "bad", "unknown", "maintenance"}


def icon(name: str, css: str = "") -> SafeString:
    """Return a drawing from the sprite, silent for screen readers."""
    return _icon(assets.url("icons.svg"), name, css)


@lru_cache(maxsize=1000)
def _icon(sprite: str, name: str, css: str) -> SafeString:
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', css, sprite, name)


def history(slots: Sequence[str], label: str = "") -> SafeString:
    """Draw a bar of states, oldest first; an empty text means no data. At most 90 slots, the newest stay."""
    shown = list(slots)[-SLOTS:]
    shown = [""] * (SLOTS - len(shown)) + shown
    marks = format_html_join("", '<i class="{}"></i>', ((slot if slot in _KNOWN else "none",) for slot in shown))
    return format_html('<span class="history" role="img" aria-label="{}">{}</span>', _told(shown, label), marks)


def _told(slots: Sequence[str], label: str) -> str:
    seen = [slot for slot in slots if slot in _KNOWN]
    parts = [label] if label else []
    if not seen:
        return ". ".join([*parts, _("No data yet")])
    bad = sum(slot != "good" for slot in seen)
    parts.append(_("Now: %(state)s") % {"state": state(seen[-1]).label})
    parts.append(_("%(bad)d of %(all)d periods not good") % {"bad": bad, "all": len(seen)})
    return ". ".join(parts)


def sparkline(values: Sequence[float | None]) -> SafeString:
    """Draw a line through ``values``, oldest first; None leaves a gap. The zero line is the lower edge."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return format_html('<span class="missing">{}</span>', "–")
    top, bottom = max(*known, 0.0), min(*known, 0.0)
    span = (top - bottom) or 1.0
    step = _WIDTH / (len(values) - 1)
    path, pen_down = [], False
    for index, value in enumerate(values):
        if value is None:
            pen_down = False
            continue
        y = _HEIGHT - 1 - (value - bottom) / span * (_HEIGHT - 2)
        path.append(f"{'L' if pen_down else 'M'}{index * step:.1f} {y:.1f}")
        pen_down = True
    return format_html(
        '<svg class="sparkline" viewBox="0 0 88 20" preserveAspectRatio="none" aria-hidden="true">'
        '<path d="{}"/></svg>',
        "".join(path),
    )


def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def avatar(name: str, *, large: bool = False) -> SafeString:
    """Draw initials on a ground that is always the same for the same name."""
    size = " avatar-large" if large else ""
    number = crc32(name.encode()) % 6 + 1
    return format_html('<span class="avatar avatar-{}{}" aria-hidden="true">{}</span>', number, size, initials(name))
