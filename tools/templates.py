"""House rules for templates: nothing inline (the content policy forbids it), and no text that is not translated."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPOKEN = {"title", "alt", "placeholder", "aria-label", "aria-description", "label"}
"""Attributes that people read or hear."""
SILENT = {"script", "style", "code", "pre", "kbd", "svg"}
"""Elements whose text is not prose."""
TAG = re.compile(r"{%.*?%}|{#.*?#}", re.DOTALL)
VALUE = re.compile(r"{{.*?}}", re.DOTALL)
COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}", re.DOTALL)
BLOCK = re.compile(r"{%\s*(blocktrans(?:late)?)\b.*?{%\s*end\1\s*%}", re.DOTALL)
CLASSES = re.compile(r"{%\s*block\s+(?:width|\w*class\w*)\s*%}[^<{]*{%\s*endblock[^%]*%}")
"""Blocks that hold names of CSS classes."""
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = re.compile(r"\b(?:Drifta|PostgreSQL|Python|AGPL-3\.0-or-later)\b")
"""Names, which are the same in every language."""
CODE = re.compile(r"""[\w-]+=(?:"[^"]*"|'[^']*'|[^\s<>]*)""")
"""Attributes and queries that a block gives to its parent."""
ALONE = {"message_html.html"}
"""Documents that are shown in a sandbox of their own and bring their style along."""
HOLE = "\x00"
"""Stands for a value; it is no word."""

Find = tuple[int, str]


class Reader(HTMLParser):
    """Reads one template whose tags have been blanked out, and collects what is wrong."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.finds: list[Find] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the attributes."""
        if tag in SILENT:
            self._open.append(tag)
        names = {name for name, _value in attrs}
        if tag == "script" and "src" not in names and "type" not in names and "nonce" not in names:
            self._find("inline script; put it into assets/behaviours")
        if tag == "style" and "nonce" not in names:
            self._find("inline style; put it into assets/css")
        for name, value in attrs:
            self._attribute(name, value or "")

    def _attribute(self, name: str, value: str) -> None:
        if name == "style":
            self._find("style attribute; use a class")
        if name.startswith("on"):
            self._find(f"event handler {name}; use a behaviour")
        if name in SPOKEN and words(value):
            self._find(f"untranslated {name}: {value.replace(HOLE, '…')!r}")
        if name in ("href", "src", "action") and re.match(r"\s*(?:https?:)?//", value):
            self._find(f"address of another host: {value!r}")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Look at the text between elements."""
        if not self._open and words(data):
            self._find(f"untranslated text: {' '.join(data.replace(HOLE, '…').split())[:60]!r}")

    def _find(self, what: str) -> None:
        self.finds.append((self.getpos()[0], what))


def words(text: str) -> bool:
    """Whether ``text`` has words of a language in it."""
    return WORD.search(NAMES.sub("", CODE.sub("", text))) is not None


def blank(text: str) -> str:
    """Return ``text`` with its values replaced by holes and its template tags by spaces, its lines kept."""
    for pattern, stand_in in ((COMMENT, " "), (BLOCK, HOLE), (CLASSES, " "), (VALUE, HOLE), (TAG, " ")):
        text = pattern.sub(lambda match, stand_in=stand_in: stand_in + "\n" * match[0].count("\n"), text)
    return text


def examine(text: str) -> list[Find]:
    """What is wrong with a template, as line and words."""
    reader = Reader()
    reader.feed(blank(text))
    reader.close()
    return reader.finds


def templates() -> Iterator[Path]:
    """Every HTML template of the house; those of the tests aside."""
    for path in sorted((ROOT / "src").rglob("templates/**/*.html")):
        if "tests" not in path.parts and path.name not in ALONE:
            yield path


def main() -> int:
    """Print every find; returns 1 when there is any."""
    finds = [(path, *find) for path in templates() for find in examine(path.read_text(encoding="utf-8"))]
    for path, line, what in finds:
        print(f"{path.relative_to(ROOT)}:{line}: {what}")
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(main())
