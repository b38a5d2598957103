"""Marking of texts for translation in code that imports no Django."""


def gettext_noop(text: str) -> str:
    """Return ``text`` unchanged; the translation tools collect it, and the pages translate it where it is shown."""
    return text
