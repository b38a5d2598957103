"""Empties mailboxes: one thread each, which stores every mail before it moves it away in the mailbox."""

import asyncio
import logging
import threading

from django.db import close_old_connections, connections

from drifta.channels import actions
from drifta.channels.connectors import imap
from drifta.channels.received import Received
from drifta.channels.storing import Store
from drifta.channels.watched import WatchedMailbox
from drifta.kernel.actor import SYSTEM
from drifta.words import gettext_noop as _

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
#: Translated where it is shown.
LEFT_BEHIND = _("Some mails are larger than the limit, or cannot be read; they stay in the folder.")


class Watchers:
    """The threads of all mailboxes in use."""

    def __init__(self, store: Store, loop: asyncio.AbstractEventLoop) -> None:
        self._store, self._loop = store, loop
        self._running: dict[WatchedMailbox, _Watcher] = {}

    def follow(self, wanted: list[WatchedMailbox], poll_seconds: float) -> None:
        """Start and stop threads so that exactly the wanted mailboxes are emptied."""
        for mailbox in set(self._running) - set(wanted):
            self._running.pop(mailbox).leave.set()
        for mailbox in wanted:
            running = self._running.get(mailbox)
            if running is None or not running.is_alive():
                self._running[mailbox] = _Watcher(mailbox, self._store, self._loop)
                self._running[mailbox].start()
            self._running[mailbox].poll_seconds = poll_seconds

    def stop(self) -> None:
        """Ask all threads to end; they are daemons, so that a hanging server does not hold the process."""
        for watcher in self._running.values():
            watcher.leave.set()


class _Watcher(threading.Thread):
    def __init__(self, mailbox: WatchedMailbox, store: Store, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name=f"mailbox-{mailbox.id}", daemon=True)
        self.mailbox, self.store, self.loop = mailbox, store, loop
        self.leave = threading.Event()
        self.poll_seconds = 60.0
        self._reported: str | None = None
        self._worked = False

    def run(self) -> None:
        pause = FIRST_PAUSE
        while not self.leave.is_set():
            try:
                self._stay()
            except Exception as error:
                self._report(imap.reason(error, self.mailbox.account))
            pause = FIRST_PAUSE if self._worked else min(pause * 2, LONGEST_PAUSE)
            self._worked = False
            self.leave.wait(pause)
        connections.close_all()

    def _stay(self) -> None:
        """Stay signed in: empty the folder whenever something arrives."""
        with imap.connected(self.mailbox.account) as box:
            while not self.leave.is_set():
                skipped = self._empty(box)
                self._report(skipped)
                self._worked = True
                imap.wait(box, self.poll_seconds, self.leave.is_set)

    def _empty(self, box: imap.Box) -> str:
        """Take everything in; returns what to tell about mails that stay where they are."""
        skipped: set[str] = set()
        while not self.leave.is_set():
            found = imap.waiting(box, self.mailbox.account, skipped)
            for mail in found:
                if mail.size > self.mailbox.size_limit or not self._take(box, mail):
                    skipped.add(mail.uid)
            if not found:
                break
        return LEFT_BEHIND if skipped else ""

    def _take(self, box: imap.Box, mail: imap.Fetched) -> bool:
        content = imap.content(box, mail.uid)
        if content is None:
            return False
        key = f"channels.mailbox:{self.mailbox.id}"
        envelope = Received(
            organisation_id=self.mailbox.organisation_id,
            sha256="",
            size=0,
            via="imap",
            peer=key,
            origin=f"{self.mailbox.id}:{self.mailbox.account.folder}:{mail.origin}"[-120:],
        )
        asyncio.run_coroutine_threadsafe(self.store.put(content, envelope), self.loop).result(timeout=120)
        imap.finish(box, self.mailbox.account, mail.uid)
        return True

    def _report(self, error: str) -> None:
        """Show on the mailbox's page how it goes; an error only once."""
        if error and error == self._reported:
            return
        self._reported = error
        close_old_connections()
        try:
            actions.report_mailbox(SYSTEM, mailbox=self.mailbox.id, error=error)
        except Exception:
            log.exception("The state of a mailbox could not be noted")
