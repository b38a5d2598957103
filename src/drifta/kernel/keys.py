"""Key files: 32 random bytes in hex, made on first use, readable by their owner only. Imports no Django."""

import hashlib
import os
import tempfile
from pathlib import Path


def key_in(file: Path) -> bytes:
    """Return the key in a file; one that does not exist is made. Several processes and threads may ask at once."""
    try:
        return bytes.fromhex(file.read_text().strip())
    except FileNotFoundError:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, incoming = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)  # readable by its owner only
    with os.fdopen(handle, "w") as target:
        target.write(os.urandom(32).hex() + "\n")
    try:
        os.link(incoming, file)  # fails when somebody else was quicker; then theirs is the key
    except FileExistsError:
        pass
    finally:
        Path(incoming).unlink()
    return bytes.fromhex(file.read_text().strip())


def derived(key: bytes, purpose: str) -> bytes:
    """Return 32 bytes for one purpose, made from a key."""
    return hashlib.blake2b(purpose.encode(), key=key, digest_size=32).digest()
