"""Limits hold over all connections to the database, that is over all processes, and begin anew."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from drifta.kernel import limits
from drifta.kernel.models import UseCount

AGE = 10**9  # seconds; no test sees its end


def uses(number: int) -> list[int]:
    """Count so many uses on a connection of this thread."""
    try:
        return [limits.count("token-1", AGE)[0] for _ in range(number)]
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_each_use_counts_once_whichever_connection_it_comes_by() -> None:
    with ThreadPoolExecutor(4) as threads:
        found = [used for part in threads.map(uses, [25] * 4) for used in part]
    assert sorted(found) == list(range(1, 101))
    assert limits.count("token-1", AGE)[0] == 101
    assert limits.count("token-2", AGE)[0] == 1


@pytest.mark.django_db
def test_a_new_window_begins_at_one() -> None:
    used, left = limits.count("token", 1)
    assert (used, left) == (1, 1)
    end = time.monotonic() + 30
    while (now := limits.count("token", 1)[0]) != 1:
        assert now > used
        assert time.monotonic() < end
        used = now


@pytest.mark.slow
@pytest.mark.django_db
def test_what_is_over_is_forgotten() -> None:
    limits.count("old", 1)
    limits.count("new", AGE)
    end = time.monotonic() + 30
    while UseCount.objects.count() == 2 and time.monotonic() < end:
        limits.forget_uses()
    assert [row.key for row in UseCount.objects.all()] == ["new"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'kernel_usecount'")
        assert cursor.fetchone() == ("u",)
