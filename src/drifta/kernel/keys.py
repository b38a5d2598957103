"""Key files: 32 random bytes in hex, made on first use, readable by their owner only. Imports no Django."""

import hashlib
import os
from pathlib import Path


def key_in(file: Path) -> bytes:
    """Return the key in a file; one that does not exist is made. Several processes may ask at once."""
    try:
        return bytes.fromhex(file.read_text().strip())
    except FileNotFoundError:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    incoming = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as target:
        target.write(os.urandom(32).hex() + "\n")
    try:
        os.link(incoming, file)  # fails when another process was quicker; then its key is the one
    except FileExistsError:
        pass
    finally:
        incoming.unlink()
    return bytes.fromhex(file.read_text().strip())


def derived(key: bytes, purpose: str) -> bytes:
    """Return 32 bytes for one purpose, made from a key."""
    return hashlib.blake2b(purpose.encode(), key=key, digest_size=32).digest()
