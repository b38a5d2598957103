"""Stores what comes in: bytes on disk first, then many rows in one commit, then the sender is told.

Whoever awaits ``Store.put`` may confirm the mail when it returns: a crash at any moment before loses nothing that was
confirmed, and a crash after it loses nothing at all.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from django.db import close_old_connections

from drifta.channels import actions
from drifta.channels.received import Received
from drifta.kernel import files
from drifta.kernel.actor import SYSTEM

T = TypeVar("T")

#: Mails in one commit at most.
LARGEST_GROUP = 200
_threads = ThreadPoolExecutor(max_workers=6, thread_name_prefix="intake")


async def in_thread(function: Callable[[], T]) -> T:
    """Run something that blocks (files, database) in a thread with a healthy database connection."""

    def run() -> T:
        close_old_connections()
        return function()

    return await asyncio.get_running_loop().run_in_executor(_threads, run)


class Store:
    """Takes mails from many connections and commits those that arrive together in one transaction."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Received, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()

    async def put(self, content: bytes, envelope: Received) -> None:
        """Store a mail; returns when bytes and row are safe. ``sha256`` and ``size`` of the envelope are filled in."""
        stored = await in_thread(lambda: files.store(content))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((replace(envelope, sha256=stored.sha256, size=stored.size), done))
        self._wake.set()
        await done

    async def run(self) -> None:
        """Commit what waits, group by group, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                group, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
                await self._commit(group)

    async def _commit(self, group: list[tuple[Received, asyncio.Future[None]]]) -> None:
        try:
            await in_thread(lambda: actions.receive(SYSTEM, mails=[mail for mail, _done in group]))
        except Exception as error:
            for _mail, done in group:
                if not done.done():
                    done.set_exception(error)
            return
        for _mail, done in group:
            if not done.done():
                done.set_result(None)
