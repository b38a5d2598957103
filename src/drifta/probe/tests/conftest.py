"""What the probe's tests share."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from drifta.probe import transport
from drifta.probe.check import Result
from drifta.probe.registry import KINDS
from drifta.probe.tests.peers import Authority

Measure = Callable[..., Coroutine[Any, Any, Result]]
#: Seconds that a check is given where its patience is not what is tested.
PLENTY = 60.0


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that nobody trusts by itself."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority, trusted by this machine for the length of a test."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    transport.client_context.cache_clear()
    transport.lenient_context.cache_clear()
    yield authority
    transport.client_context.cache_clear()
    transport.lenient_context.cache_clear()


async def measure(kind: str, timeout: float = PLENTY, **settings: Any) -> Result:
    """Run one check once, as the probe would."""
    found = KINDS.get(kind)
    assert found is not None
    check = found()
    try:
        return await check.run(found.Settings.model_validate(settings), timeout)
    finally:
        check.close()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end; a test that hangs fails after five minutes."""
    return asyncio.run(asyncio.wait_for(work, 300))
