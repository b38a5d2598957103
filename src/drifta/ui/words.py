"""The texts that the browser side shows by itself, in the language of the page."""

from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

_FORMS = (("", 1), ("s", 2))


def browser_words() -> dict[str, str]:
    """Return the texts by the keys that ``assets/behaviours`` use; ``%(name)s`` is filled in there."""
    return _words(get_language() or "")


@lru_cache(maxsize=len(settings.LANGUAGES))
def _words(_language: str) -> dict[str, str]:
    """The texts in the language that is active, whose code is given: every page has them."""
    return {
        "dismiss": _("Dismiss"),
        "confirm": _("Confirm"),
        "selected": _("%(count)s selected"),
        "signed-out": _("You have been signed out. Sign in again to go on; what you typed is still here."),
        "sign-in": _("Sign in"),
        "forbidden": _("You may not do this. Ask an administrator for the right."),
        "gone": _("This no longer exists, or you may not see it. Reload the page."),
        "conflict": _("Somebody else changed this meanwhile. Reload to see what is so now."),
        "reload": _("Reload"),
        "too-large": _("That is too large to be sent. Choose a smaller file."),
        "too-many": _("Too many requests at once. Wait a moment and try again."),
        "server-error": _("That did not work because of a fault in Drifta. Try again; the fault has been logged."),
        "unreachable": _("Drifta cannot be reached. Check the network; what you typed is still here."),
        "stale": _("Not live: the connection is cut. Trying again."),
        "draft-kept-here": _("Draft kept in this browser only"),
        "draft-saved": _("Draft saved %(time)s"),
        "draft-restored": _("Draft restored"),
        "sending": _("Sending in a few seconds"),
        "undo": _("Undo"),
        "remove": _("Remove"),
        "remove-file": _("Remove %(name)s"),
        "copied": _("Copied"),
        "copy-failed": _("The browser did not allow copying. Select the text and copy it by hand."),
        "no-results": _("Nothing found"),
        "add-value": _("Add “%(value)s”"),
        "time": _("Time"),
        **_time_words(),
        "chart-summary": _("%(label)s: now %(last)s, highest %(highest)s"),
        "chart-failed": _("The curve could not be loaded. Reload the page to try again."),
    }


def _time_words() -> dict[str, str]:
    """Return the words of ``times.relative``; one form for one, one for more, which does for our languages."""
    return {
        "time-now": _("now"),
        "time-ago": _("%(span)s ago"),
        "time-in": _("in %(span)s"),
        **{f"time-minute{end}": ngettext("%(count)d min", "%(count)d min", count) for end, count in _FORMS},
        **{f"time-hour{end}": ngettext("%(count)d h", "%(count)d h", count) for end, count in _FORMS},
        **{f"time-day{end}": ngettext("%(count)d day", "%(count)d days", count) for end, count in _FORMS},
        **{f"time-month{end}": ngettext("%(count)d month", "%(count)d months", count) for end, count in _FORMS},
        **{f"time-year{end}": ngettext("%(count)d year", "%(count)d years", count) for end, count in _FORMS},
    }
