"""Host names to addresses, through the system's own resolver, remembered for a short time.

A literal address costs nothing. Names are looked up in threads, one look-up per name at a time.
"""

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

KEEP = 60.0
KEEP_FAILURE = 5.0
_THREADS = 16


class Unresolved(Exception):
    """A name could not be looked up; the message is the resolver's. ``code`` is a text code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer of the resolver: addresses, or the error text, until a time of the loop's clock."""

    addresses: tuple[str, ...]
    error: str
    code: str
    until: float


@lru_cache(maxsize=65536)
def literal(host: str) -> str | None:
    """Return ``host`` without brackets if it is an address, else None."""
    bare = host.strip("[]")
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return None
    return bare


class Names:
    """Looks names up for one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._known: dict[str, _Known] = {}
        self._under_way: dict[str, asyncio.Task[_Known]] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")

    def known(self, host: str) -> str | None:
        """Return the address of ``host`` if no look-up is needed."""
        bare = literal(host)
        if bare is not None:
            return bare
        known = self._known.get(host)
        if known is None or known.error or known.until < self._loop.time():
            return None
        return known.addresses[0]

    async def address(self, host: str) -> str:
        """Return the preferred address of ``host``; raises Unresolved."""
        return self.known(host) or (await self._addresses(host))[0]

    async def _addresses(self, host: str) -> tuple[str, ...]:
        known = self._known.get(host)
        if known is None or known.until < self._loop.time():
            known = await self._look_up_once(host)
        if known.error:
            raise Unresolved(known.error, known.code)
        return known.addresses

    async def _look_up_once(self, host: str) -> _Known:
        task = self._under_way.get(host)
        if task is None:
            task = self._under_way[host] = self._loop.create_task(self._look_up(host))
            task.add_done_callback(lambda _task: self._under_way.pop(host, None))
        return await asyncio.shield(task)

    async def _look_up(self, host: str) -> _Known:
        try:
            found = await self._loop.run_in_executor(self._threads, _resolve, host)
            known = _Known(found, "", "", self._loop.time() + KEEP)
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            known = _Known((), reason or str(error), _code(error), self._loop.time() + KEEP_FAILURE)
        self._known[host] = known
        return known


def _code(error: Exception) -> str:
    """Tell a name that does not exist from name servers that do not answer."""
    silent = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
    return "name.no_resolver" if silent else "name.unresolved"


def _resolve(host: str) -> tuple[str, ...]:
    """Ask the system's resolver, which knows /etc/hosts, search domains and which address families work here."""
    infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return tuple(dict.fromkeys(str(info[4][0]) for info in infos))


_BY_LOOP: WeakKeyDictionary[asyncio.AbstractEventLoop, Names] = WeakKeyDictionary()


def names() -> Names:
    """Return the look-up of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _BY_LOOP.get(loop)
    if found is None:
        found = _BY_LOOP[loop] = Names(loop)
    return found
