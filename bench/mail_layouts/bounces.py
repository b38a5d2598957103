"""Bounce mails with expectations: the layouts of sisimai and of flufl.bounce."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

from drifta.channels.mail.automatic import Kind, classify
from drifta.channels.mail.bounces import Bounce, Failure, read
from drifta.channels.mail.parse import parse

_REASONS = {
    "authfailure": "authentication", "badreputation": "reputation", "blocked": "blocked", "contenterror": "content",
    "delivered": "delivered", "emailtoolarge": "too-big", "exceedlimit": "limit", "expired": "expired",
    "feedback": "complaint", "filtered": "filtered", "hasmoved": "moved", "hostunknown": "unknown-host",
    "mailboxfull": "mailbox-full", "mailererror": "mailer", "mesgtoobig": "too-big", "networkerror": "network",
    "norelaying": "relaying", "notaccept": "no-mail-here", "notcompliantrfc": "not-conforming", "onhold": "unknown",
    "policyviolation": "policy", "ratelimited": "rate", "rejected": "rejected-sender", "requireptr": "no-reverse-name",
    "securityerror": "security", "spamdetected": "spam", "speeding": "rate", "suspend": "suspended",
    "syntaxerror": "syntax", "systemerror": "system", "systemfull": "system", "toomanyconn": "rate",
    "undefined": "unknown", "userunknown": "unknown-user", "virusdetected": "virus",
}  # fmt: skip
"""sisimai's words and ours."""


def runner_of(folder: Path) -> Callable[[Path, Any], None] | None:
    """The runner for a folder with an ``expected.json`` about bounces."""
    expected = _expected(folder)
    first = next(iter(expected.values()), None)
    if isinstance(first, dict) and "bounces" in first:
        return sisimai
    if isinstance(first, dict) and "permanent" in first:
        return flufl
    return None


def _expected(folder: Path) -> dict[str, Any]:
    path = folder / "expected.json"
    found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found if isinstance(found, dict) else {}


def _bounce(path: Path, score: Any) -> Bounce | None:
    raw = path.read_bytes()
    score.mails.append(raw)
    return read(parse(raw).root)


def flufl(folder: Path, score: Any) -> None:
    """Sets of recipients that failed for good, and for now."""
    expected = _expected(folder)
    for path in sorted(folder.rglob("*.txt")):
        wanted = expected.get(path.stem)
        if wanted is None:
            continue
        bounce = _bounce(path, score)
        failures = bounce.failures if bounce else ()
        permanent = {one.recipient for one in failures if one.recipient and not one.temporary}
        temporary = {one.recipient for one in failures if one.recipient and one.temporary}
        both = set(wanted["permanent"]) | set(wanted["temporary"])
        score.check("flufl", "recipients", path.stem, permanent | temporary, both)
        score.check("flufl", "permanent", path.stem, permanent, set(wanted["permanent"]))
        score.check("flufl", "temporary", path.stem, temporary, set(wanted["temporary"]))


def sisimai(folder: Path, score: Any) -> None:
    """One entry per recipient: class of the status, hard or not, reason. Answers of the absent are no bounces here."""
    expected = _expected(folder)
    for path in sorted(folder.rglob("*.eml")):
        if path.stem in expected:
            case = f"{path.parent.name}/{path.stem}"
            if {one["reason"] for one in expected[path.stem]["bounces"]} == {"vacation"}:
                found = classify(parse(path.read_bytes()))
                score.check("sisimai", "is an automatic answer", case, found and found.kind, Kind.AUTO_REPLIED)
                continue
            bounce = _bounce(path, score)
            _sisimai_case(case, bounce.failures if bounce else (), expected[path.stem]["bounces"], score)


def _sisimai_case(case: str, failures: tuple[Failure, ...], wanted: list[dict[str, Any]], score: Any) -> None:
    score.check("sisimai", "is a bounce", case, bool(failures), bool(wanted))
    score.check("sisimai", "number of recipients", case, len(failures), len(wanted))
    for got, want in zip_longest(failures, wanted):
        if want is not None:
            _sisimai_recipient(case, got, want, score)


def _sisimai_recipient(case: str, got: Failure | None, want: dict[str, Any], score: Any) -> None:
    status = want["deliverystatus"]
    score.check("sisimai", "status class", case, _status_class(got, told=bool(status)), status[:1])
    if status and ".0.9" not in status:
        score.check("sisimai", "status", case, got and got.status, status)
    score.check("sisimai", "hard", case, got is not None and got.hard, want["hardbounce"])
    reason = _REASONS.get(want["reason"], want["reason"])
    score.check("sisimai", "reason", case, got and got.reason.value, reason)
    if want["replycode"]:
        score.check("sisimai", "reply code", case, got and got.reply_code, want["replycode"])


def _status_class(got: Failure | None, *, told: bool) -> str | None:
    """Class of the status; where no code stood in the mail, it is what the pages show: temporary or for good."""
    if got is None:
        return None
    stated = (got.status or got.reply_code)[:1]
    return stated or (("4" if got.temporary else "5") if told else "")
