"""How a mail finds its ticket: signed message identifiers and reply addresses, subject tags; and loops.

Only somebody who received a mail of ours can know its signature: it proves more than a number in a subject does.
Signatures are case-insensitive, because some systems change the case of local parts and identifiers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
from collections.abc import Sequence

SIGNATURE_LENGTH = 16
"""Characters of base32: 80 bits of HMAC-SHA256."""

_OWN_ID = re.compile(r"drifta\.(\d{1,12})\.([a-z0-9]{1,40})\.([a-z2-7]{16})@", re.IGNORECASE)
_OWN_LOCAL = re.compile(r"\+(\d{1,12})\.([a-z2-7]{16})$", re.IGNORECASE)
_TAG = re.compile(r"\[#(\d{1,12})\]")
_PREFIX = re.compile(
    r"\s*(?:re|sv|vs|vb|vl|ang|svar|svare|fwd?|fw|aw|wg|antw|antwort|tr|rv|rif|r|i|odp|doorst|vast|ref|"
    r"videresendt|vidarebefordrat|vidarebefordran|videresend|weitergeleitet)"
    r"\.?\s?(?:\[\d{1,4}\]|\(\d{1,4}\)|\^\d{1,4}|\*\d{1,4})?\s?[:：]",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"\s*(?:fwd?|fw|vb|vl|wg|tr|doorst|videresendt|vidarebefordrat|vidarebefordran|weitergeleitet)\s?[:：]",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
MAX_PREFIXES = 8
MAX_REPEATS = 4


def _sign(key: bytes, purpose: str, content: str) -> str:
    digest = hmac.new(key, f"drifta mail {purpose} {content}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii").lower()[:SIGNATURE_LENGTH]


def _genuine(keys: Sequence[bytes], purpose: str, content: str, signature: str) -> bool:
    return any(hmac.compare_digest(_sign(key, purpose, content), signature.lower()) for key in keys)


def message_id(key: bytes, ticket: int, unique: str, host: str) -> str:
    """A message identifier (RFC 5322, without angle brackets) that names its ticket and proves that it is ours.

    ``unique``: letters and digits, never the same twice.
    """
    if not re.fullmatch(r"[a-z0-9]{1,40}", unique):
        raise ValueError(f"not a unique part of letters and digits: {unique!r}")
    return f"drifta.{ticket}.{unique}.{_sign(key, 'id', f'{ticket}.{unique}')}@{host}"


def ticket_of_id(keys: Sequence[bytes], identifier: str) -> int | None:
    """The ticket of an identifier made by :func:`message_id` with one of ``keys``; None for any other."""
    match = _OWN_ID.match(identifier.strip("<> "))
    if not match:
        return None
    number, unique, signature = match.groups()
    genuine = _genuine(keys, "id", f"{int(number)}.{unique.lower()}", signature)
    return int(number) if genuine else None


def reply_address(key: bytes, address: str, ticket: int) -> str:
    """The address for answers to a ticket: ``desk+42.signature@example.org`` from ``desk@example.org``."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{ticket}.{_sign(key, 'reply', str(ticket))}@{domain}"


def ticket_of_address(keys: Sequence[bytes], address: str) -> int | None:
    """The ticket of an address made by :func:`reply_address` with one of ``keys``; None for any other."""
    match = _OWN_LOCAL.search(address.strip("<> ").rpartition("@")[0])
    if not match:
        return None
    number, signature = match.groups()
    return int(number) if _genuine(keys, "reply", str(int(number)), signature) else None


def base_address(address: str) -> str:
    """The address without the part that :func:`reply_address` added."""
    local, at, domain = address.strip("<> ").rpartition("@")
    return f"{_OWN_LOCAL.sub('', local)}{at}{domain}"


def tag(ticket: int) -> str:
    """The tag that subjects carry."""
    return f"[#{ticket}]"


def ticket_of_subject(subject: str) -> int | None:
    """The number in the first tag of a subject. It proves nothing: anybody can write it."""
    match = _TAG.search(subject)
    return int(match.group(1)) if match else None


def without_tags(subject: str) -> str:
    """The subject without its tags."""
    return " ".join(_TAG.sub(" ", subject).split())


def without_prefixes(subject: str) -> str:
    """The subject without the ``Re: SV: Fwd:`` that programs of many languages put before it."""
    position = 0
    while match := _PREFIX.match(subject, position):
        position = match.end()
    return subject[position:].strip()


def essence(subject: str) -> str:
    """What two subjects of one conversation have in common: no tags, no prefixes, one kind of space, lower case."""
    return " ".join(without_prefixes(without_tags(without_prefixes(subject))).split()).lower()


def is_forwarded(subject: str) -> bool:
    """Whether the outermost prefix says that the mail is forwarded. ``VS:`` is not counted: a Finnish answer."""
    return _FORWARD.match(subject) is not None


def is_growing(subject: str) -> bool:
    """Whether the subject looks like two programs answering each other: piled-up prefixes, a word again and again."""
    count = position = 0
    while match := _PREFIX.match(subject, position):
        position = match.end()
        count += 1
    if count > MAX_PREFIXES:
        return True
    words = [word for word in _WORD.findall(subject[position:].lower()) if len(word) > 3]
    return any(words.count(word) > MAX_REPEATS for word in set(words))


def keeps_growing(subjects: Sequence[str], *, least: int = 4) -> bool:
    """Whether the last ``least`` subjects of a conversation, oldest first, each contain the one before and more.

    Answers of people add at most one prefix, which does not count.
    """
    last = [essence(subject) for subject in subjects[-least:]]
    if len(last) < least:
        return False
    pairs = itertools.pairwise(last)
    return all(len(later) > len(earlier) and earlier in later for earlier, later in pairs)
