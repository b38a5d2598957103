"""Mailboxes read by IMAP4rev1 (RFC 3501), with IDLE (RFC 2177) where the server has it."""

import imaplib
import ssl
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import imap_tools

from drifta.channels.troubles import trouble

SECONDS = 30
#: IDLE is asked anew after this long, well below the 29 minutes of RFC 2177.
IDLE_SECONDS = 240
#: How often a waiting mailbox looks whether it shall stop.
SLICE_SECONDS = 2
Box = imap_tools.BaseMailBox
#: Mails looked up at once.
PORTION = 200


@dataclass(frozen=True)
class Account:
    """How a mailbox is reached. ``security`` is tls, starttls or none."""

    host: str
    port: int
    security: str
    user: str
    password: str
    folder: str = "INBOX"
    done_folder: str = "Drifta"


@dataclass(frozen=True)
class Fetched:
    """A mail in a mailbox: ``origin`` is UIDVALIDITY:UID, ``size`` its bytes."""

    uid: str
    origin: str
    size: int


@contextmanager
def connected(account: Account) -> Iterator[Box]:
    """Sign in and open the folder; makes the folder for what is done. Raises ``OSError`` or an IMAP error."""
    box = _box(account)
    try:
        box.login(account.user, account.password, initial_folder=None)
        if not box.folder.exists(account.done_folder):
            box.folder.create(account.done_folder)
        box.folder.set(account.folder)
        yield box
    finally:
        _leave(box)


def _box(account: Account) -> Box:
    if account.security == "none":
        return imap_tools.MailBoxUnencrypted(account.host, account.port, timeout=SECONDS)
    context = ssl.create_default_context()
    if account.security == "starttls":
        return imap_tools.MailBoxStartTls(account.host, account.port, timeout=SECONDS, ssl_context=context)
    return imap_tools.MailBox(account.host, account.port, timeout=SECONDS, ssl_context=context)


def _leave(box: Box) -> None:
    try:
        box.logout()
    except (OSError, imap_tools.ImapToolsError, box.client.error):
        box.client.shutdown()


def waiting(box: Box, account: Account, skipped: Collection[str] = ()) -> list[Fetched]:
    """Return what lies in the folder but for the UIDs ``skipped``, oldest first, at most a portion."""
    validity = box.folder.status(account.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
    uids = [uid for uid in _uids(box) if uid not in skipped][:PORTION]
    if not uids:
        return []
    _status, answer = box.client.uid("FETCH", ",".join(uids), "(UID RFC822.SIZE)")
    sizes = dict(_sizes(answer))
    return [Fetched(uid, f"{validity}:{uid}", sizes.get(uid, 0)) for uid in uids]


def _uids(box: Box) -> list[str]:
    """Return the UIDs of all mails. A mail that comes meanwhile is announced in the answer, which does not list it.

    As it is not announced again (RFC 3501, 5.2), waiting would not end for it: so it is asked for at once.
    """
    before: list[str] | None = None
    while True:
        box.client.response("EXISTS")  # forgets what was announced until now
        found = [uid for uid in box.uids() if uid]
        announced = box.client.response("EXISTS")[1][-1]
        if found == before or int(announced or 0) <= len(found):
            return found
        before = found


def _sizes(answer: list[bytes | tuple[bytes, bytes]]) -> Iterator[tuple[str, int]]:
    for line in answer:
        words = (line[0] if isinstance(line, tuple) else line or b"").decode("ascii", "replace")
        fields = words.replace("(", " ").replace(")", " ").split()
        if "UID" in fields and "RFC822.SIZE" in fields:
            yield fields[fields.index("UID") + 1], int(fields[fields.index("RFC822.SIZE") + 1])


def content(box: Box, uid: str) -> bytes | None:
    """Return the bytes of a mail without marking it as read; None when it is gone."""
    _status, answer = box.client.uid("FETCH", uid, "(BODY.PEEK[])")
    found = next((part for part in answer if isinstance(part, tuple)), None)
    return found[1] if found else None


def finish(box: Box, account: Account, uid: str) -> None:
    """Move a mail that is safely stored to the folder for what is done."""
    box.move([uid], account.done_folder)


def wait(box: Box, poll_seconds: float, stopping: Callable[[], bool]) -> None:
    """Return when the server says that something changed, or it is time to look anyway, or ``stopping``."""
    idle = "IDLE" in box.client.capabilities
    until = time.monotonic() + (IDLE_SECONDS if idle else poll_seconds)
    if not idle:
        while time.monotonic() < until and not stopping():
            time.sleep(min(1.0, max(0.0, until - time.monotonic())))
        box.client.noop()
        return
    box.idle.start()  # type: ignore[no-untyped-call]
    try:
        while time.monotonic() < until and not stopping():
            if box.idle.poll(timeout=SLICE_SECONDS):
                return
    finally:
        box.idle.stop()  # type: ignore[no-untyped-call]


def try_out(account: Account) -> int:
    """Sign in and count what waits, without touching anything but the folder for what is done."""
    with connected(account) as box:
        return len(box.uids())


#: What can go wrong with a mailbox: the network, the certificate, the sign-in, the folder.
ERRORS = (OSError, imap_tools.ImapToolsError, imaplib.IMAP4.error)


def reason(error: Exception, account: Account) -> str:
    """Return what went wrong: a trouble as it is stored, or what the server said."""
    if found := trouble(error, account.host, account.port):
        return found[:300]
    result = getattr(error, "command_result", None)
    words = result[1] if isinstance(result, tuple) and len(result) > 1 else None
    if isinstance(words, list) and words and isinstance(words[0], bytes):
        return words[0].decode("utf-8", "replace")[:300]
    return (str(error) or type(error).__name__)[:300]
