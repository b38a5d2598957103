"""The one-time link of the very first start: whoever opens it becomes the administrator.

``drifta up`` makes the token while nobody can sign in yet, and prints ``<url>/setup/<token>``. The page at that
address asks ``is_valid(settings.DATA_DIR, token)`` and calls ``withdraw(settings.DATA_DIR)`` in the same breath in
which it has made the administrator. The token is a file in the data directory, readable by its owner alone.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

FILE = "setup.token"


def issue(data: Path) -> str:
    """Return the token of the directory ``data``; the same one until it is withdrawn."""
    path = data / FILE
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    token = secrets.token_urlsafe(24)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(token + "\n")
    return token


def is_valid(data: Path, token: str) -> bool:
    """Whether ``token`` is the one that was printed and is not used yet."""
    path = data / FILE
    return path.exists() and secrets.compare_digest(path.read_text(encoding="ascii").strip(), token)


def withdraw(data: Path) -> None:
    """End the life of the token; calling it again changes nothing."""
    (data / FILE).unlink(missing_ok=True)
