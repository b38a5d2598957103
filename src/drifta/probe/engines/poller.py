"""Many sockets behind one descriptor of the event loop, and deadlines without a timer per run.

An ``asyncio`` reader per socket costs more than the socket's own system calls. Here the engines register
their sockets in one epoll of their own; the event loop watches only that epoll and hands over whole batches
of events.
"""

import asyncio
import select
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

READ = select.EPOLLIN
WRITE = select.EPOLLOUT
_BATCH = 256
_SWEEP = 0.05

Handler = Callable[[int], None]


class Poller:
    """One epoll watched by the running event loop; handlers are called with the event mask."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._epoll = select.epoll()
        self._handlers: dict[int, Handler] = {}
        loop.add_reader(self._epoll.fileno(), self._ready)

    def watch(self, descriptor: int, events: int, handler: Handler) -> None:
        """Call ``handler`` on ``events`` of a descriptor that is not watched yet."""
        self._handlers[descriptor] = handler
        self._epoll.register(descriptor, events)

    def replace(self, descriptor: int, events: int, handler: Handler) -> None:
        """Change the events and the handler of a watched descriptor."""
        self._handlers[descriptor] = handler
        self._epoll.modify(descriptor, events)

    def forget(self, descriptor: int) -> None:
        """Forget a descriptor that is closed right after; closing takes it out of the epoll."""
        self._handlers.pop(descriptor, None)

    def close(self) -> None:
        """Stop watching everything."""
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()
        self._handlers.clear()

    def _ready(self) -> None:
        handlers = self._handlers
        for descriptor, events in self._epoll.poll(0, _BATCH):
            handler = handlers.get(descriptor)
            if handler is not None:
                handler(events)


class Expiring(Protocol):
    """Something under way that ends either by itself or by its deadline."""

    finished: bool

    def expire(self) -> None:
        """End because the deadline passed."""


ItemT = TypeVar("ItemT", bound=Expiring)


class Deadlines(Generic[ItemT]):
    """Deadlines of runs, kept in one queue per length.

    The head of each queue is always the next to expire.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queues: dict[float, deque[tuple[float, ItemT]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, item: ItemT, seconds: float) -> None:
        """Expire ``item`` in ``seconds`` (up to 0.05 s later), unless it is finished by then."""
        queue = self._queues.get(seconds)
        if queue is None:
            queue = self._queues[seconds] = deque()
        queue.append((self._loop.time() + seconds, item))
        if self._timer is None:
            self._timer = self._loop.call_later(_SWEEP, self._sweep)

    def close(self) -> None:
        """Forget all deadlines."""
        if self._timer is not None:
            self._timer.cancel()
        self._queues.clear()

    def _sweep(self) -> None:
        now = self._loop.time()
        for seconds in list(self._queues):
            self._sweep_queue(seconds, now)
        self._timer = self._loop.call_later(_SWEEP, self._sweep) if self._queues else None

    def _sweep_queue(self, seconds: float, now: float) -> None:
        queue = self._queues[seconds]
        while queue and (queue[0][1].finished or queue[0][0] <= now):
            item = queue.popleft()[1]
            if not item.finished:
                item.expire()
        if not queue:
            del self._queues[seconds]
