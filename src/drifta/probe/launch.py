"""Begin a run on an address: at once if the host is an address or its name is known, else after a look-up."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from drifta.probe.check import CheckSettings, Done, Result, crashed, failure
from drifta.probe.names import Names, Unresolved, names

SettingsT = TypeVar("SettingsT", bound=CheckSettings)
Begin = Callable[[str, SettingsT, float, Done], None]
_LOOK_UP_SHARE = 0.8
_LEAST = 0.05


class Launcher(Generic[SettingsT]):
    """Calls ``begin(address, settings, timeout, done)`` with a literal address, or ends the run itself."""

    def __init__(self, begin: Begin[SettingsT]) -> None:
        self._begin = begin
        self._names: Names | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, host: str, settings: SettingsT, timeout: float, done: Done) -> None:
        """Begin one run; the look-up's time counts towards ``timeout``."""
        if self._names is None:
            self._names = names()
        address = self._names.known(host)
        if address is not None:
            self._begin(address, settings, timeout, done)
            return
        task = asyncio.ensure_future(self._look_up(self._names, host, settings, timeout, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_up(self, look_up: Names, host: str, settings: SettingsT, timeout: float, done: Done) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(timeout * _LOOK_UP_SHARE):
                address = await look_up.address(host)
        except (Unresolved, TimeoutError) as error:
            done(unresolved(host, error))
            return
        try:
            self._begin(address, settings, max(_LEAST, timeout - (loop.time() - began)), done)
        except Exception as error:  # nobody waits for this task: the fault must become the run's result
            done(crashed(error))


def unresolved(host: str, error: Exception) -> Result:
    """Return the result of a look-up that failed or took too long."""
    code = error.code if isinstance(error, Unresolved) else "name.no_resolver"
    return failure(code, {"host": host, "error": str(error) or "timeout"})
