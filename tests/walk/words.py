"""Texts on pages, and which of them are still English in another language."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Message
from playwright.sync_api import Page

from tools import translations

HOLE = re.compile(r"%\(\w+\)[sdifr]|%(?:[\d.]*[sdifr])|\{\w*\}")
WORD = re.compile(r"[^\W\d_]{3,}")
#: Every text of a page, also of closed menus and dialogs, with what is only said to screen readers.
COLLECT = """() => {
  const found = new Set();
  const own = document.documentElement.lang;
  const foreign = (element) => { const place = element.closest("[lang]"); return place && place.lang !== own; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!element.closest("script, style, template, textarea, pre, .message-body") && !foreign(element))
      found.add(walker.currentNode.textContent.replace(/\\s+/g, " ").trim());
  }
  for (const element of document.querySelectorAll("[title], [placeholder], [aria-label], [alt], [data-key-label]"))
    if (!foreign(element))
      for (const name of ["title", "placeholder", "aria-label", "alt", "data-key-label"])
        found.add((element.getAttribute(name) ?? "").replace(/\\s+/g, " ").trim());
  found.add(document.title);
  return [...found].filter(Boolean);
}"""


def texts(page: Page) -> list[str]:
    """Return all texts of the open page."""
    return list(page.evaluate(COLLECT))


def shape(text: str) -> re.Pattern[str]:
    """Return what fits a text of the catalogue with anything in its holes."""
    plain = " ".join(text.replace("%%", "%").split())
    return re.compile("(.+?)".join(re.escape(part) for part in HOLE.split(plain)), re.DOTALL)


class English:
    """The English texts that another language says differently, or does not say yet."""

    def __init__(self, place: Path, language: str) -> None:
        collected = translations.read(translations.collect(place, language), language)
        self.known = [pair for message in collected if message.id for pair in _pairs(message)]

    def left_over(self, shown: Iterable[str], data: frozenset[str] = frozenset()) -> list[str]:
        """Return those of the shown texts that are English; ``data`` are words that people have entered."""
        return sorted({text for text in shown if text not in data and self._is_english(text)})

    def _is_english(self, text: str) -> bool:
        if any(own is not None and own.fullmatch(text) for _english, own in self.known):
            return False
        return any(english.fullmatch(text) for english, _own in self.known)


def _pairs(message: Message) -> Iterator[tuple[re.Pattern[str], re.Pattern[str] | None]]:
    """Yield each English form with the translation, or None where there is none; nothing for what is the same."""
    english = translations.many(message.id)
    own = translations.many(message.string) if message.string and not message.fuzzy else []
    for number, text in enumerate(english):
        said = own[min(number, len(own) - 1)] if own else ""
        if said != text and WORD.search(HOLE.sub("", text)):
            yield shape(text), shape(said) if said else None
        elif said == text:
            yield shape(text), shape(text)
