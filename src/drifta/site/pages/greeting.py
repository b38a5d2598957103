"""How the first page greets, by the time of the day."""

from datetime import datetime

from django.utils.translation import gettext as _


def words(name: str, moment: datetime) -> str:
    """Return a greeting for a person's first name at a local time."""
    if 5 <= moment.hour < 10:
        text = _("Good morning, %(name)s")
    elif 10 <= moment.hour < 17:
        text = _("Hello, %(name)s")
    else:
        text = _("Good evening, %(name)s")
    return text % {"name": name.split(maxsplit=1)[0] if name.split() else name}
