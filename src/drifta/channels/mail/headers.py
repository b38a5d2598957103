"""Header fields: encoded words, parameters, addresses, message identifiers, dates (RFC 5322, 2047, 2231)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote_to_bytes

from drifta.channels.mail import charsets

MAX_VALUE = 64 * 1024
"""Characters of one header field that are interpreted; the rest is ignored."""
MAX_ADDRESSES = 500
MAX_REFERENCES = 200

_FOLD = re.compile(r"(?<![ \t])[ \t]*+(?:\r?\n[ \t]*+)++")
_WORD = r"=\?[^?\s*]{1,60}(?:\*[^?\s]{0,20})?\?[bBqQ]\?(?:[^?]|\?(?!=)){0,4000}\?="
_ENCODED = re.compile(_WORD)
_ENCODED_PARTS = re.compile(r"=\?([^?*]+)(?:\*[^?]*)?\?([bBqQ])\?(.*)\?=", re.DOTALL)
_BASE64 = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_NOT_BASE64 = bytes(sorted(frozenset(range(256)) - _BASE64))
_BEHIND_PADDING = re.compile(rb"=+[ \t]+[^\r\n]*")
_PARAMETER = re.compile(r'(?<![^\s=;"()])([^\s=;"()]++)\s*+=\s*+("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_PARAMETER_NAME = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?")
_MESSAGE_ID = re.compile(r"<([^<>]{1,998})>")
_ADDRESS_PIECE = re.compile(
    rf'(?P<word>{_WORD})|(?P<quoted>"(?:[^"\\]|\\.)*"?)|(?P<angle><[^<>]*>?)|(?P<mark>[(),;:])|(?P<text>[^"(),;:<=]+|.)',
    re.DOTALL,
)
_INNER_ANGLE = re.compile(r"<([^<>\s]{1,254}@[^<>\s]{1,254})>")
_MONTHS = {
    name: number + 1
    for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
} | {"maj": 5, "mai": 5, "okt": 10, "des": 12, "dez": 12}
_ZONES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7} | {
    "met": 1, "mez": 1, "cet": 1, "cest": 2, "mest": 2, "bst": 1, "eet": 2, "eest": 3, "jst": 9,
}  # fmt: skip
_TIME = r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:\.\d+)?"
_DATE = re.compile(
    rf"(?<![\d:])(\d{{1,2}})[\s.-]+([^\W\d_]{{3,12}}|\d{{1,2}})[\s.,-]+(\d{{2,4}})[\s,T]+{_TIME}"
    r"\s*((?:GMT|UTC?)?[+-]\d{3,4}|[A-Za-z]+)?"
)
_ASCTIME = re.compile(rf"([A-Za-z]{{3}})\s+(\d{{1,2}})\s+{_TIME}\s+(?:([A-Za-z]{{1,5}}|[+-]\d{{4}})\s+)?(\d{{4}})")


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of RFC 5322: display name (may be empty) and address (``local@domain`` in a sound mail)."""

    name: str
    address: str


def raw_text(value: bytes) -> str:
    """Decode a header's bytes: ASCII, UTF-8 (RFC 6532), or Windows-1252 by mistake; NUL bytes are dropped."""
    return charsets.guess(value[:MAX_VALUE].replace(b"\0", b""))


def text(value: bytes) -> str:
    """Unstructured text: unfolded, encoded words decoded (RFC 2047), also where they break the rules."""
    return decode_words(raw_text(value)).strip()


def decode_words(value: str) -> str:
    """Replace encoded words; neighbours of one character set are joined before decoding, as broken clients need."""
    if "=?" not in value:
        return _FOLD.sub(" ", value)
    return "".join(_decoded(value))


def _decoded(value: str) -> Iterator[str]:
    pending: tuple[str, bytes] = ("", b"")
    position = 0
    for match in _ENCODED.finditer(value):
        between = value[position : match.start()]
        charset, data = _word(match.group())
        if position and not between.strip() and charset == pending[0]:
            pending = (charset, pending[1] + data)
        else:
            yield charsets.decode(pending[1], pending[0])[0]
            yield _between(between, first=not position)
            pending = (charset, data)
        position = match.end()
    yield charsets.decode(pending[1], pending[0])[0]
    yield _FOLD.sub(" ", value[position:])


def _between(part: str, *, first: bool) -> str:
    """White space between encoded words is dropped; a tag glued to one (``[SPAM]=?...``) gets its space."""
    if not part.strip():
        return ""
    unfolded = _FOLD.sub(" ", part)
    return unfolded + " " if unfolded[-1] in "]:)," else unfolded


def _word(word: str) -> tuple[str, bytes]:
    match = _ENCODED_PARTS.fullmatch(word)
    assert match is not None, "the pattern of encoded words has these parts"
    charset, encoding, encoded = match.groups()
    content = _FOLD.sub("", encoded).encode("utf-8", "replace")
    if encoding in "bB":
        return charset.lower(), base64_bytes(content)
    return charset.lower(), binascii.a2b_qp(content, header=True)


def base64_bytes(data: bytes) -> bytes:
    """Decode base64 that may hold foreign characters, lack padding, or be several pieces in a row; never raises."""
    data = _BEHIND_PADDING.sub(b"=", data)
    pieces = data.rstrip(b"= \t\r\n").split(b"=") if b"=" in data else [data]
    return b"".join(_base64_piece(piece.translate(None, _NOT_BASE64)) for piece in pieces)


def _base64_piece(piece: bytes) -> bytes:
    if len(piece) % 4 == 1:
        piece = piece[:-1]
    return binascii.a2b_base64(piece + b"=" * (-len(piece) % 4))


def parameters(value: str) -> dict[str, str]:
    """Parameters of a structured field (``; name=value``) in lower-case names, RFC 2231 pieces joined."""
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(value):
        name, number, encoded = _parameter_name(match.group(1))
        content = _parameter_value(match.group(2))
        if number is None and not encoded:
            plain.setdefault(name, decode_words(content))
        else:
            pieces.setdefault(name, []).append((number or 0, encoded, content))
    return plain | {name: _join_pieces(found) for name, found in pieces.items()}


def _parameter_name(name: str) -> tuple[str, int | None, bool]:
    match = _PARAMETER_NAME.fullmatch(name)
    if match is None:
        return name.lower(), None, False
    number = int(match.group(2)) if match.group(2) else None
    return match.group(1).lower(), number, bool(match.group(3))


def _parameter_value(value: str) -> str:
    if not value.startswith('"'):
        return value.strip()
    inner = value[1:-1] if value.endswith('"') and len(value) > 1 else value[1:]
    return _FOLD.sub(" ", inner.replace('\\"', '"').replace("\\\\", "\\"))


def _join_pieces(pieces: list[tuple[int, bool, str]]) -> str:
    ordered = sorted(pieces, key=lambda piece: piece[0])
    charset = ""
    _number, first_encoded, first = ordered[0]
    if first_encoded and first.count("'") >= 2:
        charset, _language, first = first.split("'", 2)
    contents = [(first_encoded, first), *((encoded, content) for _, encoded, content in ordered[1:])]
    data = b"".join(
        unquote_to_bytes(content) if encoded else content.encode("utf-8", "replace") for encoded, content in contents
    )
    return charsets.decode(data, charset or None)[0]


def addresses(value: bytes) -> tuple[Address, ...]:
    """Mailboxes of an address list; groups are opened, comments become names, broken syntax is tolerated."""
    return tuple(_address_list(_FOLD.sub(" ", raw_text(value))))[:MAX_ADDRESSES]


def _address_list(value: str) -> Iterator[Address]:
    current = _Mailbox()
    depth = 0
    for match in _ADDRESS_PIECE.finditer(value):
        sign = match.group()
        if depth or sign == "(":
            depth = _comment(current, sign, depth)
        elif sign == ":" and "@" not in current.phrase():
            current = _Mailbox()
        elif sign in {",", ";"}:
            yield from current.result()
            current = _Mailbox()
        else:
            current.add(str(match.lastgroup), sign)
    yield from current.result()


def _comment(current: _Mailbox, sign: str, depth: int) -> int:
    depth += {"(": 1, ")": -1}.get(sign, 0)
    if not (sign == "(" and depth == 1) and depth > 0:
        current.comments.append(sign)
    return depth


class _Mailbox:
    """One address while it is being read."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.comments: list[str] = []
        self.angle: str | None = None

    def add(self, kind: str, piece: str) -> None:
        if kind == "angle":
            self.angle = piece.strip("<> \t")
        elif kind == "quoted":
            self.words.append(_parameter_value(piece))
        else:
            self.words.append(piece)

    def phrase(self) -> str:
        return "".join(self.words)

    def result(self) -> Iterator[Address]:
        phrase = decode_words(self.phrase()).strip()
        name = phrase or decode_words("".join(self.comments)).strip()
        if self.angle:
            yield Address(
                " ".join(name.split()), self.angle.rpartition(":")[2] if self.angle[0] == "@" else self.angle
            )
        elif inner := _INNER_ANGLE.search(phrase):  # a quotation mark was never closed
            yield Address(phrase[: inner.start()].strip(), inner.group(1))
        elif "@" in phrase or (phrase and " " not in phrase):
            yield Address(decode_words("".join(self.comments)).strip(), phrase.replace(" ", ""))
        elif name:
            yield Address(name, "")


def message_ids(value: bytes) -> tuple[str, ...]:
    """Message identifiers without their angle brackets, in order, without repeats, at most MAX_REFERENCES.

    Of too many the first (the thread's root) and the last ones stay.
    """
    content = raw_text(value)
    found = [re.sub(r"\s+", "", inner) for inner in _MESSAGE_ID.findall(content)]
    if not found:
        found = [word.strip("<>") for word in content.split() if "@" in word and len(word) <= 998]
    unique = tuple(dict.fromkeys(identifier for identifier in found if identifier))
    return unique if len(unique) <= MAX_REFERENCES else unique[:1] + unique[1 - MAX_REFERENCES :]


def date(value: bytes) -> datetime | None:
    """A date of RFC 5322 or one of its many dialects as an aware time; None when it cannot be understood."""
    content = _without_comments(_FOLD.sub(" ", raw_text(value[:2000])).rpartition(";")[2])
    if match := _DATE.search(content):
        day, month, year, hour, minute, second, zone = match.groups()
    elif match := _ASCTIME.search(content):
        month, day, hour, minute, second, zone, year = match.groups()
    else:
        return None
    try:
        clock = (int(hour), int(minute), min(int(second or 0), 59))  # a leap second counts as the one before it
        return datetime(_year(year), _month(month), int(day), *clock, tzinfo=_zone(zone or ""))
    except (ValueError, KeyError):
        return None


def _year(digits: str) -> int:
    year = int(digits)
    if year >= 1000:
        return year
    return year + (2000 if year < 50 else 1900)


def _month(name: str) -> int:
    return int(name) if name.isdigit() else _MONTHS[name[:3].lower()]


def _zone(name: str) -> timezone:
    digits = name.lstrip("GMTUCgmtuc")
    if digits[:1] in {"+", "-"}:
        number = digits[1:].zfill(4)
        offset = timedelta(hours=int(number[:2]), minutes=int(number[2:]))
        return timezone(-offset if digits[0] == "-" else offset)
    hours = _ZONES.get(name.lower()) or _ZONES.get(name[:3].lower())
    return timezone(timedelta(hours=hours)) if hours else UTC


def _without_comments(value: str) -> str:
    depth = 0
    kept: list[str] = []
    for character in value:
        if character == "(":
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(character)
    return "".join(kept)
