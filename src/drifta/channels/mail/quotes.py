"""What the writer of a reply wrote, and what is quotation or signature: a partition of the text's lines.

Nothing is thrown away: pages fold the parts, one click shows them. Answers written between or below quoted lines
stay visible together with the quotation that they answer. The work is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from drifta.channels.mail import headers, quote_words
from drifta.channels.mail.headers import Address

MAX_ATTRIBUTION_LINES = 6
MAX_ATTRIBUTION_LENGTH = 400
MAX_SIGNATURE_LINES = 15
MAX_LINES = 20_000
"""Lines that are looked at; what follows in a longer text is counted to the last of them."""

_RULE = re.compile(r"[\s>]*+[_=*—–-][\s_=*—–-]++$")
_DELIMITER = re.compile(r"\s?(?:--|__+)\s*$")


class Kind(StrEnum):
    """What a run of lines is."""

    REPLY = "reply"
    QUOTED = "quoted"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of lines of one kind. ``folded``: pages hide it until asked."""

    kind: Kind
    text: str
    folded: bool


@dataclass(frozen=True, slots=True)
class Split:
    """A text as ``fragments`` in order; joined with line feeds they are the text again."""

    fragments: tuple[Fragment, ...]

    @property
    def reply(self) -> str:
        """What is shown: the answer, with the quotations that it answers line by line."""
        return _trimmed(fragment.text for fragment in self.fragments if not fragment.folded)

    @property
    def quoted(self) -> str:
        """The folded quotations."""
        return _trimmed(one.text for one in self.fragments if one.folded and one.kind is Kind.QUOTED)

    @property
    def signature(self) -> str:
        """The folded signatures."""
        return _trimmed(one.text for one in self.fragments if one.folded and one.kind is Kind.SIGNATURE)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail forwarded as text: the comment ``before`` it, its author and subject as far as told, all its text."""

    before: str
    embedded: str
    author: Address | None
    subject: str


def _trimmed(parts: Iterator[str]) -> str:
    lines = [line.rstrip() for part in parts for line in part.split("\n")]
    return "\n".join(lines).strip("\n")


def split(text: str) -> Split:
    """Split a plain text into reply, quotations and signatures."""
    lines = text.split("\n")
    marks = _Marker(lines).marks()
    _keep_answered_quotations(lines, marks)
    fragments: list[Fragment] = []
    position = 0
    for (kind, folded), run in groupby(marks):
        length = len(list(run))
        fragments.append(Fragment(kind, "\n".join(lines[position : position + length]), folded))
        position += length
    return Split(tuple(fragments))


_Mark = tuple[Kind, bool]
_REPLY: _Mark = (Kind.REPLY, False)
_QUOTED: _Mark = (Kind.QUOTED, True)
_SIGNATURE: _Mark = (Kind.SIGNATURE, True)


class _Marker:
    """Goes through the lines once and says of each what it is."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.result: list[_Mark] = []
        self.signing = False
        self.has_reply = False

    def marks(self) -> list[_Mark]:
        while (index := len(self.result)) < len(self.lines):
            line = self.lines[index]
            if index >= MAX_LINES:
                self._mark(self.result[-1], len(self.lines) - index)
                break
            if not line.strip():
                self._mark(self.result[-1] if self.result else _REPLY)
            elif _is_quoted(line):
                self.signing = False
                self._mark(_QUOTED)
            elif _begins_embedded(self.lines, index):
                self._mark(_QUOTED, len(self.lines) - index)
            elif length := _attribution(self.lines, index):
                self._attributed(index, length)
            else:
                self._own(index)
        return self.result

    def _mark(self, mark: _Mark, count: int = 1) -> None:
        self.result += [mark] * count

    def _attributed(self, index: int, length: int) -> None:
        """Behind "Anna wrote:" comes marked quotation, or unmarked to the end, or (at the top) the answer."""
        self.signing = False
        if self.has_reply and not _is_quoted(self._written_from(index + length)):
            self._mark(_QUOTED, len(self.lines) - index)
        else:
            self._mark(_QUOTED, length)

    def _written_from(self, start: int) -> str:
        """The first line from ``start`` on that is not blank; looked up in place, a copy of the rest is long."""
        return next((self.lines[i] for i in range(start, len(self.lines)) if self.lines[i].strip()), "")

    def _own(self, index: int) -> None:
        line = self.lines[index]
        if not self.signing and self._signature_begins(line, index):
            self.signing = True
        self._mark(_SIGNATURE if self.signing else _REPLY)
        self.has_reply = self.has_reply or not self.signing

    def _signature_begins(self, line: str, index: int) -> bool:
        if len(line) > 200:
            return False
        if _DELIMITER.match(line) or quote_words.MOBILE.match(line):
            return True
        return quote_words.SIGN_OFF.match(line) is not None and _names_follow(self.lines, index + 1)


def _is_quoted(line: str) -> bool:
    return line.lstrip()[:1] == ">" and not line.lstrip().startswith((">>>>>>> ", ">=", ">:"))


def _names_follow(lines: list[str], start: int) -> bool:
    """Whether a sign-off is followed by a signature worth folding: name, title, telephone ... and nothing else."""
    count = 0
    for index in range(start, min(len(lines), start + 3 * MAX_SIGNATURE_LINES)):
        line = lines[index].strip()
        if not line:
            continue
        if _is_quoted(line) or _DELIMITER.match(line) or _begins_embedded(lines, index) or _attribution(lines, index):
            break
        count += 1
        if len(line) > 110 or count > MAX_SIGNATURE_LINES:
            return False
    return count >= 2


def _begins_embedded(lines: list[str], index: int) -> bool:
    """Whether a whole mail begins here: a separator, a rule above headers, or a block of headers."""
    line = lines[index]
    if len(line) > 300:
        return False
    if quote_words.SEPARATOR.match(line) or quote_words.FORWARDED.match(line):
        return True
    if _RULE.match(line):
        index = next((i for i in range(index + 1, min(index + 4, len(lines))) if lines[i].strip()), index)
    return _header_block(lines, index)


def _header_block(lines: list[str], index: int) -> bool:
    """Whether author, and two more of date, recipients, subject, follow one another here."""
    first = _header_kind(lines[index])
    if first not in {"from", "date", "subject"}:
        return False
    kinds = {first}
    for line in lines[index + 1 : index + 9]:
        if not line.strip():
            if len(kinds) > 1:
                break
            continue
        kinds.add(_header_kind(line))
    return "from" in kinds and len(kinds - {""}) >= 3


def _header_kind(line: str) -> str:
    match = quote_words.HEADER.match(line[:300])
    return str(match.lastgroup) if match else ""


def _attribution(lines: list[str], index: int) -> int:
    """How many lines from here are "On Friday Anna wrote:"; 0 when it is something else."""
    first = lines[index]
    if len(first) > MAX_ATTRIBUTION_LENGTH or not _may_attribute(first):
        return 0
    joined = ""
    for length in range(1, min(MAX_ATTRIBUTION_LINES, len(lines) - index) + 1):
        line = lines[index + length - 1].strip()
        if not line and not _address_is_open(joined, lines, index + length):
            return 0
        joined = f"{joined} {line}".strip()
        if len(joined) > MAX_ATTRIBUTION_LENGTH or (_is_quoted(line) and not _closes_address(joined)):
            return 0
        if quote_words.ENDS.search(joined[-60:]) and _is_attribution(joined):
            return length
        if line.endswith(("!", "?")):
            return 0
    return 0


def _may_attribute(line: str) -> bool:
    return "@" in line or quote_words.STARTS.match(line) is not None or quote_words.VERB.search(line) is not None


def _address_is_open(joined: str, lines: list[str], following: int) -> bool:
    """A blank line inside an attribution is only believed around an address in angle brackets."""
    next_line = lines[following].strip() if following < len(lines) else ""
    return joined.count("<") > joined.count(">") or next_line.startswith("<")


def _closes_address(joined: str) -> bool:
    """Whether the last ``>`` ends an address that was broken over lines, and marks no quotation."""
    return joined.count("<") >= joined.count(">")


def _is_attribution(joined: str) -> bool:
    address = quote_words.ADDRESS.search(joined) is not None
    when = quote_words.WHEN.search(joined) is not None
    if quote_words.VERB.search(joined):
        starts = quote_words.STARTS.match(joined) is not None
        return (starts and (address or when)) or (address and "<" in joined)
    if joined.lower().startswith(("quoting ", "citerar ", "siterer ", "zitat von ")):
        return address
    return address and when and "<" in joined and joined.endswith((":", "："))


def _keep_answered_quotations(lines: list[str], marks: list[_Mark]) -> None:
    """Unfold marked quotations that stand between lines of the answer; without them it cannot be understood."""
    own = [index for index, mark in enumerate(marks) if mark == _REPLY and lines[index].strip()]
    if not own:
        return
    for index in range(own[0], own[-1]):
        if marks[index] == _QUOTED and (_is_quoted(lines[index]) or not lines[index].strip()):
            marks[index] = (Kind.QUOTED, False)


def forwarded(text: str) -> Forwarded | None:
    """The mail forwarded inside a text, None when there is none. Answers with header blocks look the same."""
    lines = text.split("\n")
    bare = [line.lstrip()[1:].removeprefix(" ") if _is_quoted(line) else line for line in lines]
    for index, line in enumerate(bare):
        if line.strip() and _begins_embedded(bare, index):
            start = _first_header(bare, index)
            before = "\n".join(lines[:index]).strip("\n")
            return _forwarded(before, bare[start:])
    return None


def _first_header(lines: list[str], index: int) -> int:
    """Where the embedded mail's own headers begin, behind separators and rules."""
    for position in range(index, min(index + 5, len(lines))):
        if _header_kind(lines[position]):
            return position
    return index + 1


def _forwarded(before: str, embedded: list[str]) -> Forwarded:
    fields: dict[str, str] = {}
    for line in embedded[:10]:
        kind = _header_kind(line)
        if kind:
            fields.setdefault(kind, re.split("[:：]", line, maxsplit=1)[1].strip(" *_"))
    found = headers.addresses(fields.get("from", "").encode())
    author = next((one for one in found if "@" in one.address), None)
    return Forwarded(before, "\n".join(embedded).strip("\n"), author, fields.get("subject", ""))
