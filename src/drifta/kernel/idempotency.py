"""Answers to repeated POSTs: the same ``Idempotency-Key`` with the same request gets the first answer again."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import IntegrityError, connection, transaction

from drifta.kernel import clock, guard
from drifta.kernel.jobs import periodic
from drifta.kernel.models import IdempotentAnswer

#: How long an answer is remembered.
KEEP = timedelta(hours=24)


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Return what identifies a request beside its key."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).hexdigest()


@contextmanager
def exclusive(token_id: int, key: str) -> Iterator[None]:
    """Let equal requests that come at the same time run one after the other."""
    number = int.from_bytes(hashlib.sha256(f"{token_id} {key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def recall(token_id: int, key: str) -> IdempotentAnswer | None:
    """Return the remembered answer of a token's key."""
    return IdempotentAnswer.objects.filter(token_id=token_id, key=key, created_at__gt=clock.now() - KEEP).first()


def remember(token_id: int, key: str, print_: str, status: int, body: bytes, headers: dict[str, str]) -> None:
    """Keep an answer; when two equal requests raced, the first one's stays."""
    try:
        with transaction.atomic(), guard.writing():
            IdempotentAnswer.objects.create(
                token_id=token_id, key=key, fingerprint=print_, status=status, body=body, headers=headers
            )
    except IntegrityError:
        return


@periodic("41 * * * *", name="kernel.forget_answers")
def forget_answers() -> None:
    """Forget answers older than a day."""
    with guard.writing():
        IdempotentAnswer.objects.filter(created_at__lt=clock.now() - KEEP).delete()
