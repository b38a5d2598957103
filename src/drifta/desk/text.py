"""Small arithmetic on texts and file names that come from outside. Imports no Django."""

import re
import unicodedata

#: Marks that turn the direction of writing (UAX 9) or take no room: in a name they only deceive.
_DECEIVING = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES = re.compile(r"\s+")

LONGEST_NAME = 200
LONGEST_SUBJECT = 250


def plain(text: str) -> str:
    """Return a text without control characters, with line feeds as line ends; PostgreSQL takes no NUL."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str, longest: int) -> str:
    """Return a text as one line of at most ``longest`` characters; a cut one ends with an ellipsis."""
    line = _SPACES.sub(" ", plain(_DECEIVING.sub("", text))).strip()
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def excerpt(text: str) -> str:
    """Return the beginning of a message for lists, at most 200 characters."""
    return one_line(text[:1000], 200)


def clean_filename(name: str) -> str:
    """Return a file name that is safe to show and to save: no folders, no hidden files, no deceiving marks.

    The ending stays when a long name is cut. Never empty.
    """
    name = unicodedata.normalize("NFC", _DECEIVING.sub("", plain(name)))
    name = re.sub(r'[\\/:*?"<>|\n\t]+', "_", name).strip(" ._")
    if len(name) > LONGEST_NAME:
        stem, dot, ending = name.rpartition(".")
        kept = f"{dot}{ending}"[:20] if dot else ""
        name = (stem or name)[: LONGEST_NAME - len(kept)] + kept
    return name or "file"
