"""The MIME tree of a mail (RFC 2045, 2046): headers and bodies as bytes, with bounded work on any input.

Python's own parser is slower, and gives up on several of the breakages that mail systems really send; this
reader keeps going, notes what was wrong, and never raises.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from drifta.channels.mail import charsets, headers

MAX_PARTS = 1000
"""Parts that are told apart; what follows stays in the last one."""
MAX_DEPTH = 20
"""Nesting of multipart and message/rfc822 that is opened; deeper ones stay closed."""
MAX_HEADERS = 2000
"""Header fields of one entity that are kept."""

_BLANK_LINE = re.compile(rb"^\r*\n", re.MULTILINE)
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_MEDIA_TYPE = re.compile(r"\s*([\w!#$&^.+-]+)\s*/\s*([\w!#$&^.+-]+)")
_FIRST_DELIMITER = re.compile(rb"^--([^\s-][^\r\n]{0,200}?|[^\s][^\r\n]{2,200}?)[ \t]*\r?\n[A-Za-z-]+:", re.MULTILINE)
_BASE64 = re.compile(rb"\s*[A-Za-z0-9+/]*[ \t]*(?:=|\r?\n|\r|$)")  # what begins otherwise was never encoded
_MESSAGES = {"message/rfc822", "message/global", "message/news"}


@dataclass(frozen=True)
class Entity:
    """One node of the tree.

    ``headers``: (lower-case name, unfolded-as-received value) in order. ``media_type``: lower case.
    ``body``: the raw bytes, still transfer-encoded. ``children``: parts of a multipart, or the one message inside
    a message/rfc822. ``preamble``: what stood before the first part. ``problems``: machine codes of this node.
    """

    headers: tuple[tuple[str, bytes], ...]
    media_type: str
    parameters: dict[str, str]
    body: bytes
    children: tuple[Entity, ...] = ()
    preamble: bytes = b""
    problems: tuple[str, ...] = ()

    def first(self, name: str) -> bytes | None:
        """Value of the first field called ``name`` (lower case), None without one."""
        return next((value for key, value in self.headers if key == name), None)

    def every(self, name: str) -> Iterator[bytes]:
        """Values of all fields called ``name`` (lower case)."""
        return (value for key, value in self.headers if key == name)

    def text_of(self, name: str) -> str:
        """Decoded text of the first field called ``name``, empty without one."""
        value = self.first(name)
        return headers.text(value) if value is not None else ""

    @property
    def is_multipart(self) -> bool:
        """Whether this node is a container of parts."""
        return self.media_type.startswith("multipart/")

    @cached_property
    def disposition(self) -> tuple[str, dict[str, str]]:
        """Content-Disposition (RFC 2183): kind in lower case (empty without one) and parameters."""
        value = headers.raw_text(self.first("content-disposition") or b"")
        kind, _, rest = value.partition(";")
        return kind.strip().lower(), headers.parameters(rest)

    @cached_property
    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        return _undo_encoding(self.body, self._encoding)

    @property
    def _encoding(self) -> str:
        return last_value(self.headers, "content-transfer-encoding").strip().lower().strip('"')

    @cached_property
    def text(self) -> str:
        """The body as text that can be stored, by the declared character set or the best guess."""
        return charsets.storable(charsets.decode(self.content, self.parameters.get("charset"))[0])

    @property
    def charset_problem(self) -> str | None:
        """What is wrong with the declared character set, None when nothing is."""
        return charsets.decode(self.content, self.parameters.get("charset"))[1]

    def walk(self) -> Iterator[Entity]:
        """This node and every node below it, in the order of the mail."""
        yield self
        for child in self.children:
            yield from child.walk()


def last_value(fields: tuple[tuple[str, bytes], ...], name: str) -> str:
    """Text of the last field called ``name``: of doubled structural fields readers take the last."""
    found = [value for key, value in fields if key == name]
    return headers.raw_text(found[-1]) if found else ""


def read(raw: bytes) -> Entity:
    """Read a whole mail; never raises, and works in time linear in its length."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    return _Reader().entity(raw, 0, "text/plain")


class _Reader:
    """Counts the parts of one mail while it is read."""

    def __init__(self) -> None:
        self.parts = 0

    def entity(self, raw: bytes, depth: int, default_type: str) -> Entity:
        self.parts += 1
        fields, body, problems = split_headers(raw)
        declared = last_value(fields, "content-type")
        media_type = _media_type(declared, default_type)
        parameters = headers.parameters(declared.partition(";")[2] or _after_type(declared))
        node = Entity(fields, media_type, parameters, body, problems=problems)
        if depth >= MAX_DEPTH:
            return _with(node, problem="nested-too-deep") if node.is_multipart else node
        if node.is_multipart:
            return self._multipart(node, depth)
        if media_type in _MESSAGES:
            return self._message(node, depth)
        return node

    def _message(self, node: Entity, depth: int) -> Entity:
        content = node.content
        if self.parts >= MAX_PARTS or not content.strip():
            return node
        return _with(node, children=(self.entity(content.lstrip(b"\r\n"), depth + 1, "text/plain"),))

    def _multipart(self, node: Entity, depth: int) -> Entity:
        boundary, guessed = _boundary(node)
        if not boundary:
            return _with(node, preamble=node.body, problem="missing-boundary")
        default = "message/rfc822" if node.media_type == "multipart/digest" else "text/plain"
        preamble, pieces, closed = _split(node.body, boundary, MAX_PARTS - self.parts)
        children: list[Entity] = []
        for piece in pieces:
            if self.parts >= MAX_PARTS:
                return _with(node, tuple(children), preamble, "too-many-parts")
            children.append(self.entity(piece, depth + 1, default))
        problem = "missing-boundary" if guessed or not children else "" if closed else "unclosed-multipart"
        return _with(node, tuple(children), preamble, problem)


def _with(node: Entity, children: tuple[Entity, ...] = (), preamble: bytes = b"", problem: str = "") -> Entity:
    problems = (*node.problems, problem) if problem else node.problems
    return Entity(node.headers, node.media_type, node.parameters, node.body, children, preamble, problems)


def split_headers(raw: bytes) -> tuple[tuple[tuple[str, bytes], ...], bytes, tuple[str, ...]]:
    """Split an entity into its header fields, its body and problem codes."""
    blank = _BLANK_LINE.search(raw)
    block, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw, b"")
    block = block.removesuffix(b"\n")
    fields: list[tuple[str, bytes]] = []
    problems: list[str] = []
    lines = block.split(b"\n", MAX_HEADERS * 8)
    for index, line in enumerate(lines):
        if line[:1] in {b" ", b"\t"} and fields:
            fields[-1] = (fields[-1][0], fields[-1][1] + b"\n" + line.rstrip(b"\r"))
        elif match := _FIELD.match(line):
            fields.append((match.group(1).decode("ascii").lower(), line[match.end() :].strip(b" \t\r")))
        elif line.strip() and not line.startswith((b"From ", b">From ")):
            if not _header_follows(lines, index + 1):
                rest = b"\n".join(lines[index:])
                return tuple(fields), rest + (b"\n" + body if blank else b""), ("missing-blank-line",)
            problems.append("bad-header-line")
        if len(fields) >= MAX_HEADERS:
            problems.append("too-many-headers")
            break
    return tuple(fields), body, tuple(dict.fromkeys(problems))


def _header_follows(lines: list[bytes], start: int) -> bool:
    """Whether a line that is no header field is only rubbish between fields."""
    return start < len(lines) and _FIELD.match(lines[start]) is not None


def _media_type(declared: str, default: str) -> str:
    match = _MEDIA_TYPE.match(declared)
    if match:
        return f"{match.group(1)}/{match.group(2)}".lower()
    return "text/html" if declared.strip().lower() == "html" else default if not declared.strip() else "text/plain"


def _after_type(declared: str) -> str:
    """Parameters that follow the type without the semicolon, as some programs send them."""
    match = _MEDIA_TYPE.match(declared)
    return declared[match.end() :] if match else ""


def _boundary(node: Entity) -> tuple[bytes, bool]:
    """The boundary, and whether it had to be guessed from the body."""
    declared = node.parameters.get("boundary", "")
    if declared:
        return headers_bytes(declared), False
    match = _FIRST_DELIMITER.search(node.body[:100_000])
    return (match.group(1), True) if match else (b"", True)


def headers_bytes(value: str) -> bytes:
    """A header value back as the bytes that may stand in the body."""
    return value.encode("utf-8", "replace")


def _split(body: bytes, boundary: bytes, limit: int) -> tuple[bytes, list[bytes], bool]:
    """Preamble, parts, and whether the closing delimiter was there."""
    matches = _delimiters(body, boundary, limit)
    if not matches and boundary.strip() != boundary:
        matches = _delimiters(body, boundary.strip(), limit)
    if not matches:
        return body, [], False
    pieces: list[bytes] = []
    for index, match in enumerate(matches):
        if match.group(1):
            return body[: matches[0].start()], pieces, True
        end = matches[index + 1].start() if index + 1 < len(matches) else len(body)
        last = index + 1 == len(matches)
        pieces.append(body[match.end() : end] if last else _without_line_end(body[match.end() : end]))
    if not pieces[-1].strip():
        pieces.pop()
    return body[: matches[0].start()], pieces, False


def _delimiters(body: bytes, boundary: bytes, limit: int) -> list[re.Match[bytes]]:
    pattern = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?(?=[ \t\r]|$)[^\n]*(?:\n|\Z)", re.MULTILINE)
    found: list[re.Match[bytes]] = []
    for match in pattern.finditer(body):
        found.append(match)
        if match.group(1) or len(found) > limit:
            break
    return found


def _without_line_end(piece: bytes) -> bytes:
    return piece[:-2] if piece.endswith(b"\r\n") else piece[:-1] if piece.endswith(b"\n") else piece


def _undo_encoding(body: bytes, encoding: str) -> bytes:
    if encoding == "base64" and _BASE64.match(body):
        return headers.base64_bytes(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return uudecode(body.splitlines())
    return body


def uudecode(lines: list[bytes]) -> bytes:
    """Decode the lines of a uuencoded file; lines that are none (begin, end, rubbish) are left out."""
    data: list[bytes] = []
    for line in lines:
        if line.startswith(b"begin ") or line.strip() in {b"end", b"`", b""}:
            continue
        try:
            data.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            data.append(_uu_leniently(line[:length]))
    return b"".join(data)


def _uu_leniently(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return b""
