"""Addresses of the built browser files, with a mark that changes when the files do, so that browsers may keep them."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

FOLDER = Path(__file__).parent / "static" / "ui" / "dist"


@cache
def _url(name: str) -> str:
    """Return a file's address with a short hash of its content, which is missing while it has not been built."""
    file = FOLDER / name
    mark = sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else ""
    return f"{static(f'ui/dist/{name}')}?{mark}"


def url(name: str) -> str:
    """Return the address of a built file, such as ``app.css``."""
    if settings.DEBUG:
        _url.cache_clear()
    return _url("".join([*name]))  # templates give a kind of text of their own, which paths refuse
