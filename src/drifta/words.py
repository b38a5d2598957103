"""Texts in code that imports no Django: marked for translation, and translated for the terminal.

The terminal's language is that of ``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES`` or ``LANG``.
"""

import gettext as catalogues
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parent / "locale"


def gettext_noop(text: str) -> str:
    """Return ``text`` unchanged; the translation tools collect it, and it is translated where it is shown."""
    return text


@cache
def _catalogue() -> catalogues.NullTranslations:
    return catalogues.translation("django", LOCALE, fallback=True)


def translate(text: str, /, **values: object) -> str:
    """Return ``text`` in the language of the terminal with its placeholders filled."""
    translated = _catalogue().gettext(text)
    return translated % values if values else translated


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form of the text that goes with ``number``, in the language of the terminal; placeholders stay."""
    return _catalogue().ngettext(singular, plural, number)
