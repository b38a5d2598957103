"""Bounces: delivery status notifications (RFC 3464), complaints (RFC 5965) and what systems send instead of them.

The notice is separated from the returned mail first; recipients, codes and words are looked for in the notice only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from drifta.channels.mail import bounce_words as forms
from drifta.channels.mail import charsets, entity, headers, sanitise
from drifta.channels.mail.bounce_reasons import HARD, Reason, reason_of
from drifta.channels.mail.entity import Entity

MAX_NOTICE = 40_000
"""Characters of the notice that are searched."""
MAX_FAILURES = 200


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient that a mail did not reach.

    ``recipient``: None where the notice does not say. ``status``: RFC 3463 code such as "5.1.1", empty when nothing
    gives one. ``action``: failed, delayed or delivered (RFC 3464). ``reply_code``: of SMTP, empty when not told.
    """

    recipient: str | None
    status: str
    action: str
    diagnostic: str
    reply_code: str
    reason: Reason

    @property
    def temporary(self) -> bool:
        """Whether the mail may still arrive, or another try may succeed."""
        if self.action == "delayed":
            return True
        return (self.status or self.reply_code).startswith("4")

    @property
    def hard(self) -> bool:
        """Whether the address itself is wrong, so that mail should not be sent there again."""
        return self.reason in HARD and not self.status.startswith("4")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A notice about a mail that somebody sent: what happened to whom, and which mail it was."""

    failures: tuple[Failure, ...]
    original_message_id: str
    original_headers: tuple[tuple[str, bytes], ...]


def read(root: Entity) -> Bounce | None:
    """Read a bounce from a mail's tree; None when the mail is none. Never raises."""
    wrapped = _wrapped_in_text(root)
    return (_read(wrapped) if wrapped else None) or _read(root)


def _wrapped_in_text(root: Entity) -> Entity | None:
    """The report that a provider has put, with its header, into a text for people."""
    if root.media_type != "text/plain" or not forms.DAEMON.search(headers.text(root.first("from") or b"")):
        return None
    begins = forms.WRAPPED.search(root.content)
    return entity.read(root.content[begins.end() :]) if begins else None


def _read(root: Entity) -> Bounce | None:
    signs = _Signs.of(root)
    if not signs.any():
        return None
    notice, returned = _notice_and_returned(root)
    failures = _from_reports(root, notice) or _from_ses(notice)
    if not failures and _is_notice(root, signs, notice):
        failures = _from_text(root, notice)
    if failures:
        return Bounce(tuple(failures[:MAX_FAILURES]), _original_id(root, returned), returned)
    inner = next((node.children[0] for node in _outside(root) if _holds_report(node)), None)
    return _read(inner) if inner is not None and signs.system else None


@dataclass(frozen=True, slots=True)
class _Signs:
    """What the header alone says; most mails end here, before any text is searched."""

    author: str
    subject: str
    daemon: bool
    system: bool
    report: bool
    stated: bool
    certain: bool

    @classmethod
    def of(cls, root: Entity) -> _Signs:
        author = headers.text(root.first("from") or b"")
        subject = root.text_of("subject")
        null_sender = forms.NOBODY.fullmatch(headers.raw_text(root.first("return-path") or b"x")) is not None
        return cls(
            author=author,
            subject=subject,
            daemon=forms.DAEMON.search(author) is not None,
            system=null_sender or forms.SYSTEM_NAME.search(author) is not None,
            report=any(node.media_type in forms.REPORT_TYPES for node in _outside(root)),
            stated=root.first("x-failed-recipients") is not None,
            certain=forms.SUBJECT_CERTAIN.search(subject) is not None,
        )

    def any(self) -> bool:
        """Whether a closer look is worth its time."""
        return self.daemon or self.system or self.report or self.stated or self.certain


def _holds_report(node: Entity) -> bool:
    """A report that a filter on its way has wrapped into another mail."""
    return node.media_type in forms.RETURNED_TYPES and any(
        child.media_type == "multipart/report" for child in node.children
    )


def _original_id(root: Entity, returned: tuple[tuple[str, bytes], ...]) -> str:
    found = [
        *(value for name, value in returned if name == "message-id"),
        *root.every("in-reply-to"),
        *list(root.every("references"))[-1:],
    ]
    return next((identifier for value in found for identifier in headers.message_ids(value)), "")


def _notice_and_returned(root: Entity) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """The text of the notice, and the headers of the mail that came back."""
    texts: list[str] = []
    for node in _outside(root):
        if node.media_type in forms.RETURNED_TYPES:
            return "\n".join(texts)[:MAX_NOTICE], _returned_headers(node)
        if node.media_type.startswith("text/") or (node is root and not root.is_multipart):
            text = node.text[: 4 * MAX_NOTICE]
            texts.append(sanitise.text_of(text) if node.media_type == "text/html" else text)
        elif node.is_multipart:
            texts.append("" if node.children else charsets.storable(node.preamble.decode("latin-1")[:MAX_NOTICE]))
    return _cut("\n".join(texts).replace("\r\n", "\n")[: 4 * MAX_NOTICE])


def _outside(node: Entity) -> Iterator[Entity]:
    """The nodes of the notice itself, not those inside the returned mail."""
    yield node
    if node.media_type not in forms.RETURNED_TYPES:
        for child in node.children:
            yield from _outside(child)


def _returned_headers(node: Entity) -> tuple[tuple[str, bytes], ...]:
    return node.children[0].headers if node.children else entity.split_headers(node.content.lstrip())[0]


def _cut(text: str) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """Cut a plain text where the returned mail begins."""
    address = forms.ADDRESS.search(text)
    begin = forms.CUT.search(text, address.end()) if address else None
    if begin is None:
        return text[:MAX_NOTICE], _headers_in(text)
    rest = re.sub(r"(?m)^> ?", "", text[begin.start() :])
    return text[: begin.start()][:MAX_NOTICE], _headers_in(rest)


def _headers_in(text: str) -> tuple[tuple[str, bytes], ...]:
    match = re.search(r"(?mi)^(?:received|return-path|message-id|from|date|subject|mime-version|to): ", text)
    return entity.split_headers(text[match.start() :].encode("utf-8", "replace"))[0] if match else ()


# Reports that machines write for machines ---------------------------------------------------------------------------


def _from_reports(root: Entity, notice: str) -> list[Failure]:
    failures: list[Failure] = []
    for node in _outside(root):
        if node.media_type in forms.STATUS_TYPES:
            failures += _delivery_status(node.content, notice)
        elif node.media_type == "message/feedback-report":
            failures += _feedback(node.content)
    if not failures and forms.FLATTENED.search(notice):
        failures = _delivery_status(notice.encode(), notice)
    return failures


_UNFOLDED = re.compile(rb"\n(?![ \t]|[A-Za-z][A-Za-z-]*:)")
"""Where a field goes on without the blank that would say so, as the answers of servers do in some reports."""


def _groups(content: bytes) -> Iterator[dict[str, list[str]]]:
    """The groups of fields in a report; separated by blank lines."""
    for block in re.split(rb"\r?\n[ \t]*(?:\r?\n)+", content.strip()):
        fields: dict[str, list[str]] = {}
        for name, value in entity.split_headers(_UNFOLDED.sub(b"\n ", block))[0]:
            if name == "final-recipient" and name in fields:  # the blank line between two recipients is missing
                yield fields
                fields = {}
            fields.setdefault(name, []).append(" ".join(headers.raw_text(value).split()))
        yield fields


def _delivery_status(content: bytes, notice: str) -> list[Failure]:
    failures = []
    for fields in _groups(content):
        recipient = _report_recipient(fields)
        if not recipient and not {"action", "status", "diagnostic-code"} & fields.keys():
            continue
        if failure := _reported(recipient, fields, notice):
            failures.append(failure)
    return list({(one.recipient, one.action): one for one in reversed(failures)}.values())[::-1]


def _report_recipient(fields: dict[str, list[str]]) -> str | None:
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        for value in fields.get(name, []):
            address = value.partition(";")[2] or value
            if match := forms.ADDRESS.search(address):
                return None if ".." in match.group() else match.group().strip("<>")
            if address.strip(" <>"):
                return address.strip(" <>")
    return None


def _reported(recipient: str | None, fields: dict[str, list[str]], notice: str) -> Failure | None:
    diagnostic = " ".join(value.partition(";")[2] or value for value in fields.get("diagnostic-code", []))
    stated = next(iter(forms.STATUS.findall(" ".join(fields.get("status", [])))), "")
    action = " ".join(fields.get("action", ["failed"])).split(" ")[0].strip("()").lower() or "failed"
    if action in {"relayed", "expanded"} and not stated.startswith(("4", "5")):
        return None
    words = diagnostic if len(diagnostic.strip()) > 12 else f"{diagnostic} {_around(notice, recipient)}"
    # A server that passes on what another one said tells that one's code last.
    stated = next((code for code in reversed(forms.STATUS.findall(diagnostic)) if code[0] == stated[:1]), stated)
    command = _command(diagnostic) or _command(_around(notice, recipient)[:1500])
    failure = _failure(recipient, words, stated, action, command)
    shown = diagnostic or " ".join(words.split())[:500]
    reply = failure.reply_code or next(iter(forms.REPLY.findall(notice[:3000])), "")
    return replace(failure, diagnostic=shown, reply_code=reply)


def _around(notice: str, recipient: str | None) -> str:
    """What the notice says about a recipient."""
    position = notice.lower().find(recipient.lower()) if recipient else -1
    return notice[position : position + 1500] if position >= 0 else notice[:3000]


def _feedback(content: bytes) -> list[Failure]:
    """A complaint about spam (RFC 5965): the mail arrived, its reader did not want it."""
    fields: dict[str, list[str]] = {}
    for group in _groups(content):
        for name, values in group.items():
            fields.setdefault(name, []).extend(values)
    names = ("original-rcpt-to", "removal-recipient", "original-recipient")
    recipients = [value.strip("<> ") for name in names for value in fields.get(name, [])]
    diagnostic = " ".join(fields.get("feedback-type", ["abuse"]))
    chosen: list[str | None] = [*dict.fromkeys(recipients)] or [None]
    return [Failure(one, "", "delivered", diagnostic, "", Reason.COMPLAINT) for one in chosen]


def _from_ses(notice: str) -> list[Failure]:
    """A notification of Amazon SES: JSON that tells of a bounce, a complaint or a delivery."""
    start = notice.find("{")
    if start < 0 or "notificationType" not in notice:
        return []
    try:
        told = json.JSONDecoder().raw_decode(re.sub(r"\r?\n", "", notice[start:]))[0]
        return list(_ses_recipients(json.loads(told["Message"]) if "Message" in told else told))
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return []


def _ses_recipients(told: dict[str, Any]) -> Iterator[Failure]:
    bounce = told.get("bounce") or {}
    for one in bounce.get("bouncedRecipients", []):
        yield _ses_failure(one, temporary=bounce.get("bounceType") == "Transient")
    for one in (told.get("complaint") or {}).get("complainedRecipients", []):
        yield Failure(str(one["emailAddress"]), "", "delivered", "", "", Reason.COMPLAINT)
    delivery = told.get("delivery") or {}
    response = str(delivery.get("smtpResponse", ""))
    reply = response[:3] if response[:3].isdigit() else ""
    for address in delivery.get("recipients", []):
        status = next(iter(forms.STATUS.findall(response)), "2.0.0")
        yield Failure(str(address), status, "delivered", response, reply, Reason.DELIVERED)


def _ses_failure(told: dict[str, Any], *, temporary: bool) -> Failure:
    diagnostic = str(told.get("diagnosticCode", ""))
    status = str(told.get("status") or ("4.0.0" if temporary else "5.0.0"))
    failure = _failure(told.get("emailAddress"), diagnostic, status, "failed")
    return replace(failure, action="delayed" if told.get("action") == "delayed" else "failed")


# Notices that machines write for people -----------------------------------------------------------------------------


def _is_notice(root: Entity, signs: _Signs, notice: str) -> bool:
    """Whether the mail tells of a failed delivery, by sender, subject and words together."""
    if signs.stated:
        return True
    if not signs.daemon and _answers_automatically(root):
        return False
    failing = forms.FAILING.search(notice[:6000]) is not None
    if signs.daemon or root.parameters.get("report-type", "").lower() == "delivery-status":
        return failing or forms.ALONE.search(notice) is not None
    if not failing:
        return False
    if signs.system and forms.SUBJECT.search(signs.subject):
        return True
    if signs.system and forms.POSTMASTER.search(signs.author):
        return forms.STATUS.search(notice) is not None or forms.REFUSED.search(notice) is not None
    return signs.certain and _strong(notice)


def _strong(notice: str) -> bool:
    """Words that nobody but a mail system uses, beside a recipient."""
    return forms.ALONE.search(notice) is not None or forms.UNDELIVERED.search(notice) is not None


def _answers_automatically(root: Entity) -> bool:
    replied = root.text_of("auto-submitted").lower().startswith("auto-replied")
    return replied and not forms.SUBJECT.search(root.text_of("subject"))


def _from_text(root: Entity, notice: str) -> list[Failure]:
    own = frozenset(
        one.address.lower() for name in ("to", "from") for one in headers.addresses(root.first(name) or b"")
    )
    found = [*_recipients(notice, own)]
    stated = [one.address for value in root.every("x-failed-recipients") for one in headers.addresses(value)]
    for address in stated:
        if address.lower() not in {known.lower() for known, _ in found}:
            found.append((address, max(notice.lower().find(address.lower()), 0)))
    if stated:
        wanted = {address.lower() for address in stated}
        found = [(address, position) for address, position in found if address.lower() in wanted]
    action = "delayed" if _is_delay(root, notice) else "failed"
    if not found:
        return [_failure(None, notice, "", action)]
    starts = sorted(position for _, position in found)
    return [_about(notice, address, position, starts, action) for address, position in found]


def _about(notice: str, address: str, position: int, starts: list[int], action: str) -> Failure:
    """The failure of one of several recipients: told between its name and the next one's, or for all together."""
    end = next((start for start in starts if start > position), len(notice))
    part = notice[position:end]
    own = _failure(address, part.replace(address, " "), "", action)
    if own.reason is not Reason.UNKNOWN and (own.status or own.reply_code):
        return own
    whole = _failure(address, notice.replace(address, " "), own.status, action)
    return own if own.reason is not Reason.UNKNOWN and not whole.status else whole


def _recipients(notice: str, own: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Failed recipients and where the notice names them: first those that stand by themselves, then any."""
    for pattern in (forms.ALONE, forms.CALLED, forms.ADDRESS, forms.SENT_TO):
        seen: set[str] = set()
        for match in pattern.finditer(notice):
            group = "address" if "address" in pattern.groupindex else 0
            address = match.group(group).strip("<>.'\"")
            position = match.start(group)
            if address.lower() in seen or (pattern is not forms.SENT_TO and _excluded(address, notice, position, own)):
                continue
            seen.add(address.lower())
            yield address, notice.rfind("\n", 0, position) + 1
        if seen:
            return


def _excluded(address: str, notice: str, position: int, own: frozenset[str]) -> bool:
    if address.lower() in own or ".." in address or forms.NOT_RECIPIENT.match(address):
        return True
    line_start = notice.rfind("\n", 0, position) + 1
    return forms.CONTACT.search(notice[line_start:position]) is not None


def _is_delay(root: Entity, notice: str) -> bool:
    words = f"{root.text_of('subject')}\n{notice[:3000]}"
    return forms.DELAYED.search(words) is not None and forms.GIVEN_UP.search(words) is None


def _failure(recipient: str | None, words: str, status: str, action: str, command: str = "") -> Failure:
    codes = [code for code in forms.STATUS.findall(words) if code[0] != "2"]
    reply = next(iter(forms.REPLY.findall(words)), "")
    better = next((code for code in codes if not code.endswith(".0.0")), "")
    if not status or (status.endswith(".0.0") and better[:1] == status[:1]):
        status = better or next(iter(codes), status)
    reason = reason_of(words, status, command=command or _command(words))
    return Failure(recipient, status, action, " ".join(words.split())[:500], reply, reason)


def _command(words: str) -> str:
    """The SMTP command that was refused, empty when not told."""
    found = [next((part for part in match.groups() if part), "RCPT") for match in forms.COMMAND.finditer(words[:3000])]
    return {"data": "DATA", "does not like recipient": "RCPT"}.get(found[-1].lower(), found[-1]) if found else ""
