"""Why a mail could not be delivered: from status codes (RFC 3463), reply codes and the words of many systems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path


class Reason(StrEnum):
    """The cause in one word."""

    UNKNOWN_USER = "unknown-user"
    MAILBOX_FULL = "mailbox-full"
    UNKNOWN_HOST = "unknown-host"
    MOVED = "moved"
    NO_MAIL_HERE = "no-mail-here"
    SUSPENDED = "suspended"
    FILTERED = "filtered"
    EXPIRED = "expired"
    NETWORK = "network"
    TOO_BIG = "too-big"
    BLOCKED = "blocked"
    SPAM = "spam"
    VIRUS = "virus"
    CONTENT = "content"
    AUTHENTICATION = "authentication"
    NO_REVERSE_NAME = "no-reverse-name"
    REPUTATION = "reputation"
    POLICY = "policy"
    SECURITY = "security"
    RELAYING = "relaying"
    REJECTED_SENDER = "rejected-sender"
    RATE = "rate"
    NOT_CONFORMING = "not-conforming"
    SYNTAX = "syntax"
    MAILER = "mailer"
    SYSTEM = "system"
    LIMIT = "limit"
    COMPLAINT = "complaint"
    DELIVERED = "delivered"
    UNKNOWN = "unknown"


HARD = frozenset({Reason.UNKNOWN_USER, Reason.UNKNOWN_HOST, Reason.MOVED, Reason.NO_MAIL_HERE})
"""Reasons that time does not mend: the address is wrong."""


def _phrases() -> Iterator[tuple[Reason, re.Pattern[str]]]:
    """What each reason is told by, in the order in which they are tried; a reason may come more than once."""
    for section in re.split(r"(?m)^\[", Path(__file__).with_name("bounce_phrases.txt").read_text("utf-8"))[1:]:
        reason, _, lines = section.partition("]\n")
        phrases = lines.strip().replace("\n    ", "").splitlines()
        yield Reason(reason), re.compile("|".join(phrases), re.IGNORECASE)


_PATTERNS = tuple(_phrases())
_DIRECTORY = re.compile(
    r"not listed in|not recogni[sz]ed|could ?n[o']t be found|wasn't found|no valid recipient|mail\.local|"
    r"not found in directory|mailbox unavailable \(|no mailbox here|unknown local|final delivery userid|"
    r"does ?n[o']t exist|delivery error: \w+ this user does",
    re.IGNORECASE,
)
"""What a directory answers, which knows its users and is no filter."""
_AT_ONCE = re.compile(r"after initial connection|(?:after|in reply to) (?:end of )?(?:helo|ehlo)", re.IGNORECASE)
_BY_STATUS = {
    "1.0": Reason.UNKNOWN_USER, "1.1": Reason.UNKNOWN_USER, "1.2": Reason.UNKNOWN_HOST, "1.3": Reason.UNKNOWN_USER,
    "1.4": Reason.FILTERED, "1.6": Reason.MOVED, "1.7": Reason.REJECTED_SENDER, "1.8": Reason.REJECTED_SENDER,
    "1.9": Reason.RELAYING, "1.10": Reason.NO_MAIL_HERE, "2.0": Reason.FILTERED, "2.1": Reason.SUSPENDED,
    "2.2": Reason.MAILBOX_FULL, "2.3": Reason.TOO_BIG, "2.4": Reason.FILTERED, "3.0": Reason.SYSTEM,
    "3.1": Reason.SYSTEM, "3.2": Reason.NO_MAIL_HERE, "3.3": Reason.SYSTEM, "3.4": Reason.TOO_BIG,
    "3.5": Reason.SYSTEM, "4.1": Reason.EXPIRED, "4.2": Reason.NETWORK, "4.3": Reason.SYSTEM,
    "4.4": Reason.UNKNOWN_HOST, "4.5": Reason.SYSTEM, "4.6": Reason.NETWORK, "4.7": Reason.EXPIRED,
    "5.0": Reason.SYNTAX, "5.1": Reason.SYNTAX, "5.2": Reason.SYNTAX, "5.3": Reason.RATE, "5.4": Reason.SYNTAX,
    "5.5": Reason.SYSTEM, "6.0": Reason.CONTENT, "6.1": Reason.CONTENT, "7.0": Reason.SECURITY,
    "7.1": Reason.SECURITY, "7.8": Reason.SECURITY, "7.9": Reason.SECURITY, "7.25": Reason.NO_REVERSE_NAME,
    "7.26": Reason.AUTHENTICATION,
}  # fmt: skip

_CLEAR = {
    "1.6": Reason.MOVED, "1.7": Reason.REJECTED_SENDER, "1.8": Reason.REJECTED_SENDER, "2.2": Reason.MAILBOX_FULL,
    "3.2": Reason.NO_MAIL_HERE, "3.4": Reason.TOO_BIG, "7.25": Reason.NO_REVERSE_NAME,
    "7.26": Reason.AUTHENTICATION,
}  # fmt: skip
# Servers give all sorts of codes to it, for want of one of its own.
_RATE = re.compile(r"\brate limit", re.IGNORECASE)


def reason_of(diagnostic: str, status: str, *, command: str = "") -> Reason:
    """The reason behind a failure: a clear status first, then the words, then any status.

    ``command``: the SMTP command that was refused, empty when not told. A recipient refused only after DATA exists,
    or is not told apart: that is a filter.
    """
    if status.startswith("2."):
        return Reason.DELIVERED
    clear = Reason.RATE if _RATE.search(diagnostic) else _CLEAR.get(status[2:])
    reason = clear or _by_words(diagnostic[:4000]) or _by_status(status) or _by_time(diagnostic)
    if reason is Reason.UNKNOWN_USER and not _DIRECTORY.search(diagnostic) and _filtered(status, command):
        return Reason.FILTERED
    return reason


def _by_status(status: str) -> Reason | None:
    subject = status[2:3]
    return _BY_STATUS.get(status[2:]) or (Reason.SECURITY if subject == "7" else None)


def _by_time(diagnostic: str) -> Reason:
    """Who is refused before saying anything is refused for where the connection comes from."""
    return Reason.BLOCKED if _AT_ONCE.search(diagnostic) else Reason.UNKNOWN


def _filtered(status: str, command: str) -> bool:
    """Whether "user unknown" was said only after the server had accepted the recipient, or by a filter before it."""
    if command in {"RCPT", "MAIL", "HELO", "EHLO"}:
        return False
    return not status[2:].startswith("1.")


def _by_words(diagnostic: str) -> Reason | None:
    text = re.sub(r"(?i)rfc822;|reporting-mta:\S*", " ", " ".join(diagnostic.split()))
    return next((reason for reason, pattern in _PATTERNS if pattern.search(text)), None)
