"""Names of attachments, made harmless: no path, no control or direction marks, not too long."""

from __future__ import annotations

import mimetypes
import re

MAX_LENGTH = 150
"""Characters of a name, its ending included."""

_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]")
_FORBIDDEN = re.compile(r'[<>:"|?*]')


def safe(name: str, media_type: str, number: int) -> str:
    """Return a name to show and to save under; ``number`` names a nameless attachment (``attachment-2.pdf``)."""
    cleaned = _HIDDEN.sub("", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    cleaned = _FORBIDDEN.sub("_", cleaned).strip(" .")
    return _shortened(cleaned) if cleaned else f"attachment-{number}{_ending(media_type)}"


def _ending(media_type: str) -> str:
    if media_type.startswith("message/"):
        return ".eml"
    default = ".txt" if media_type.startswith("text/") else ""
    return mimetypes.guess_extension(media_type) or default


def _shortened(name: str) -> str:
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:MAX_LENGTH]
    return stem[: MAX_LENGTH - len(ending) - 1] + dot + ending
