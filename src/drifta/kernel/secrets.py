"""Secrets at rest: envelope encryption. The master key lies in a file outside the database, data keys inside it."""

import base64
import os
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from drifta.kernel import guard
from drifta.kernel.keys import derived, key_in
from drifta.kernel.models import DataKey

#: What a sealed value begins with; the number is the version of the format ``sealed:1:<data key>:<base64>``.
PREFIX = "sealed:1:"
NONCE = 12


class Unreadable(Exception):
    """A sealed value cannot be opened: it was damaged, or the master key is not the one it was sealed with."""


def master_key() -> bytes:
    """Return the 32-byte master key that wraps the data keys, made on first use."""
    return key_in(Path(settings.MASTER_KEY_FILE))


def derive(purpose: str) -> bytes:
    """Return 32 bytes for one purpose (signing of mail addresses, of links ...).

    Made from the signing key, which rotation leaves alone: signatures in sent mails must stay valid for years.
    """
    return derived(key_in(Path(settings.SIGNING_KEY_FILE)), purpose)


def _encrypt(key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, None)


def _decrypt(key: bytes, sealed: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise Unreadable(
            "A stored secret cannot be read with this master key. Put the right key file back, or enter it anew."
        ) from error


@lru_cache(maxsize=64)
def _opened(wrapped: bytes, master: bytes) -> bytes:
    return _decrypt(master, wrapped)


def _data_key(number: int) -> bytes:
    wrapped = bytes(DataKey.objects.get(pk=number).wrapped)
    try:
        return _opened(wrapped, master_key())
    except Unreadable:
        incoming = _incoming()
        if not incoming.exists():
            raise
        return _opened(wrapped, key_in(incoming))  # a rotation was cut off before its last step


def _incoming() -> Path:
    return Path(settings.MASTER_KEY_FILE).with_suffix(".incoming")


def _current_key() -> int:
    newest = DataKey.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest if newest is not None else _new_data_key()


def _new_data_key() -> int:
    with guard.writing():
        return DataKey.objects.create(wrapped=_encrypt(master_key(), os.urandom(32))).pk


def seal(plain: str) -> str:
    """Return ``plain`` encrypted, as text that may be stored and logged."""
    number = _current_key()
    box = base64.b64encode(_encrypt(_data_key(number), plain.encode())).decode()
    return f"{PREFIX}{number}:{box}"


def unseal(sealed: str) -> str:
    """Return what was sealed. Raises ``Unreadable`` when the value or the key is not right."""
    if not sealed.startswith(PREFIX):
        raise Unreadable("This is not a sealed value.")
    number, _, box = sealed[len(PREFIX) :].partition(":")
    try:
        return _decrypt(_data_key(int(number)), base64.b64decode(box)).decode()
    except (DataKey.DoesNotExist, ValueError) as error:
        raise Unreadable("The key of this sealed value is unknown.") from error


def is_sealed(value: object) -> bool:
    """Whether this is a sealed value rather than plain text."""
    return isinstance(value, str) and value.startswith(PREFIX)


def rotate() -> int:
    """Make a new master key and a new data key; old data keys are wrapped anew. Returns how many were.

    The new key lies beside the old one until the database has it, so that being cut off at any moment loses nothing.
    """
    incoming = _incoming()
    old, fresh = master_key(), key_in(incoming)
    with transaction.atomic(), guard.writing():
        rows = list(DataKey.objects.select_for_update())
        for row in rows:
            row.wrapped = _encrypt(fresh, _rewrappable(bytes(row.wrapped), old, fresh))
            row.save(update_fields=["wrapped"])
        DataKey.objects.create(wrapped=_encrypt(fresh, os.urandom(32)))
    incoming.replace(settings.MASTER_KEY_FILE)
    return len(rows)


def _rewrappable(wrapped: bytes, old: bytes, fresh: bytes) -> bytes:
    """Open a data key with the old master key, or with the new one when an earlier rotation got that far."""
    try:
        return _decrypt(old, wrapped)
    except Unreadable:
        return _decrypt(fresh, wrapped)
