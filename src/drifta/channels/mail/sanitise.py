"""HTML of mails made safe to show (allow-list by nh3), and turned into plain text.

Remote images never load by themselves: they tell the sender that, when and where a mail was read.
"""

from __future__ import annotations

import html as entities
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import nh3

MAX_LENGTH = 2_000_000
"""Characters of HTML that are shown; the rest stays in the raw mail."""
MAX_NESTING = 600
"""Open elements; more than this is an attack on the browser and on us, and is shown as plain text."""

_BLOCKS = {
    "p",
    "div",
    "blockquote",
    "pre",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
}
_INLINE = {
    "a",
    "abbr",
    "b",
    "big",
    "bdi",
    "bdo",
    "br",
    "cite",
    "code",
    "del",
    "em",
    "font",
    "i",
    "img",
    "ins",
    "kbd",
    "mark",
    "q",
    "s",
    "small",
    "span",
    "strike",
    "strong",
}
_TAGS = (
    _BLOCKS
    | _INLINE
    | {
        "sub",
        "sup",
        "tt",
        "u",
        "var",
        "td",
        "th",
        "caption",
        "col",
        "colgroup",
        "center",
        "address",
        "figure",
        "figcaption",
    }
)
_CONTENT_DROPPED = {"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "head"}
_CELL = {"align", "valign", "width", "height", "bgcolor", "colspan", "rowspan", "style"}
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "align", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"},
    "table": {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
    "td": _CELL,
    "th": _CELL,
    "col": {"width", "span"},
    "ol": {"start", "type"},
}
# Only what cannot move, cover, hide or load anything.
_STYLES = {
    "color",
    "background-color",
    "font-weight",
    "font-style",
    "font-size",
    "font-family",
    "text-align",
    "text-decoration",
    "border-left",
    "border-collapse",
    "padding-left",
    "white-space",
    "vertical-align",
}
_NOT_NESTING = {
    "p",
    "li",
    "td",
    "th",
    "tr",
    "dt",
    "dd",
    "br",
    "hr",
    "img",
    "col",
    "input",
    "meta",
    "link",
    "area",
    "base",
    "wbr",
    "tbody",
    "thead",
    "tfoot",
    "option",
}
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_TAG = re.compile(r"<(/?)([a-z0-9]+)([^<>]*)>")
_MARKUP = re.compile(r"<[^<>]{0,2000}>")
_IMAGE_SOURCE = re.compile(r'(<img\b[^<>]*?) src="([^"]*)"')
_REMOTE_SOURCE = re.compile(r'(<img\b[^<>]*?) data-remote="([^"]*)"')
_INLINE_SOURCE = re.compile(r'(<img\b[^<>]*?) data-content-id="([^"]*)"')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """HTML that may be shown: no script, form, remote content, or style that covers the page.

    ``html``: images inside the mail are ``<img data-content-id="...">`` (see :func:`with_inline_images`), remote ones
    ``<img data-remote="https://...">`` (see :func:`with_remote_images`). ``remote_images``: how many were blocked.
    ``content_ids``: images inside the mail, in order. ``truncated``: something was left out because of its size.
    """

    html: str
    remote_images: int = 0
    content_ids: tuple[str, ...] = ()
    truncated: bool = False


def sanitise(html: str) -> SafeHtml:
    """Make a mail's HTML safe to show; never raises."""
    truncated = len(html) > MAX_LENGTH
    html = html[:MAX_LENGTH].replace("\0", "")
    if _too_deep(html):
        return SafeHtml(f"<pre>{entities.escape(_without_markup(html))}</pre>", truncated=True)
    return _with_marked_images(_clean(html), truncated=truncated)


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_CONTENT_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}, "img": {"loading": "lazy"}},
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=_STYLES,
        url_relative="deny",
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Refuse what the lists of nh3 cannot tell: data: outside of pictures, and loading through a style."""
    lowered = value.strip().lower()
    if name == "href" and lowered.startswith(("data:", "cid:")):
        return None
    if name == "src" and lowered.startswith("data:"):
        return value if lowered.startswith(("data:image/png", "data:image/jpeg", "data:image/gif")) else None
    if name == "style" and ("url(" in lowered or "\\" in lowered or "expression" in lowered):
        return None
    return value


def _with_marked_images(html: str, *, truncated: bool) -> SafeHtml:
    content_ids: list[str] = []
    remote = 0

    def mark(match: re.Match[str]) -> str:
        nonlocal remote
        before, source = match.groups()
        if source.lower().startswith("cid:"):
            content_ids.append(entities.unescape(source[4:]))
            return f'{before} data-content-id="{source[4:]}"'
        if source.lower().startswith("data:"):
            return match.group()
        remote += 1
        return f'{before} data-remote="{source}"'

    marked = _IMAGE_SOURCE.sub(mark, html)
    return SafeHtml(marked, remote, tuple(dict.fromkeys(content_ids)), truncated)


def with_inline_images(html: str, address_of: Callable[[str], str | None]) -> str:
    """Give images inside the mail their address: ``address_of(content id)``; those without one stay unloaded."""

    def replace(match: re.Match[str]) -> str:
        address = address_of(entities.unescape(match.group(2)))
        return match.group() if address is None else f'{match.group(1)} src="{entities.escape(address)}"'

    return _INLINE_SOURCE.sub(replace, html)


def with_remote_images(html: str) -> str:
    """Let remote images load, after the reader has asked for them; ``html`` comes from :func:`sanitise`."""
    return _REMOTE_SOURCE.sub(r'\1 src="\2"', html)


def _too_deep(html: str) -> bool:
    """Whether more elements are open at once than any mail needs (the cleaner's work grows with their square)."""
    open_elements: Counter[str] = Counter()
    depth = 0
    for closing, name in _ANY_TAG.findall(html):
        tag = name.lower()
        if tag in _NOT_NESTING:
            continue
        if not closing:
            open_elements[tag] += 1
            depth += 1
        elif open_elements[tag]:
            open_elements[tag] -= 1
            depth -= 1
        if depth > MAX_NESTING:
            return True
    return False


def _without_markup(html: str) -> str:
    return entities.unescape(_MARKUP.sub(" ", html))


def text_of(html: str) -> str:
    """Plain text of HTML, with quotations marked by ``>`` and the addresses of links kept."""
    html = html[:MAX_LENGTH].replace("\0", "")
    if _too_deep(html):
        return _SPACES.sub(" ", _without_markup(html)).strip()
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_CONTENT_DROPPED,
        attributes={"a": {"href"}, "img": {"alt"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    writer = _Writer()
    for kind, value, attributes in _tokens(cleaned):
        writer.take(kind, value, attributes)
    return writer.text()


def _tokens(html: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    position = 0
    for match in _TAG.finditer(html):
        if match.start() > position:
            yield "text", entities.unescape(html[position : match.start()]), {}
        closing, name, rest = match.groups()
        values = {key: entities.unescape(value) for key, value in _ATTRIBUTE.findall(rest)}
        yield "end" if closing else "start", name, values
        position = match.end()
    yield "text", entities.unescape(html[position:]), {}


class _Writer:
    """Collects lines; paragraphs get one empty line between them, quotations their marks."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quote = 0
        self.preformatted = 0
        self.links: list[tuple[str, int]] = []

    def take(self, kind: str, value: str, attributes: dict[str, str]) -> None:
        if kind == "text":
            self._write(value)
        elif kind == "start":
            self._start(value, attributes)
        else:
            self._end(value)

    def _write(self, value: str) -> None:
        if not self.preformatted:
            self.line.append(_SPACES.sub(" ", value))
            return
        first, *rest = value.split("\n")
        self.line.append(first)
        for part in rest:
            self._break()
            self.line.append(part)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _BLOCKS:
            self._block()
        if name == "blockquote":
            self.quote += 1
        elif name == "pre":
            self.preformatted += 1
        elif name == "a":
            self.links.append((attributes.get("href", ""), len(self.line)))
        else:
            self._single(name, attributes)

    def _single(self, name: str, attributes: dict[str, str]) -> None:
        if name == "br":
            self._break()
        elif name == "li":
            self.line.append("- ")
        elif name == "hr":
            self.line.append("_" * 32)
            self._break()
        elif name in {"td", "th"} and "".join(self.line).strip():
            self.line.append(" ")
        elif name == "img" and attributes.get("alt", "").strip():
            self.line.append(f"[{' '.join(attributes['alt'].split())}]")

    def _end(self, name: str) -> None:
        if name in _BLOCKS:
            self._block()
        if name == "blockquote":
            self.quote = max(0, self.quote - 1)
        elif name == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        elif name == "a" and self.links:
            self._link(*self.links.pop())
        if name in {"p", "pre", "ul", "ol", "table", "blockquote"} or name.startswith("h"):
            self._gap()

    def _link(self, address: str, start: int) -> None:
        label = "".join(self.line[start:]).strip()
        bare = address.removeprefix("mailto:").removeprefix("tel:").rstrip("/")
        if label and bare and bare not in label and label.rstrip("/") not in address:
            self.line.append(f" <{bare}>")

    def _break(self) -> None:
        content = "".join(self.line)
        content = content.rstrip() if self.preformatted else _SPACES.sub(" ", content).strip()
        marks = ">" * self.quote
        self.lines.append(f"{marks} {content}".rstrip() if marks else content)
        self.line = []

    def _block(self) -> None:
        if "".join(self.line).strip():
            self._break()
        else:
            self.line = []

    def _gap(self) -> None:
        marks = ">" * self.quote
        if self.lines and self.lines[-1].strip("> "):
            self.lines.append(marks)

    def text(self) -> str:
        self._block()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")
