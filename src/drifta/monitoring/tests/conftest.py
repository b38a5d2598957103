"""Fixtures of monitoring's tests."""

from collections.abc import Iterator

import pytest

from drifta.monitoring.store import samples


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """Forget which series exist: every test has a database of its own."""
    samples.forget()
    yield
    samples.forget()
