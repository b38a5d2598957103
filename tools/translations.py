"""Checks that every text is there in every language; ``--update`` brings the catalogues up to date.

English is the source. The texts are collected by Django's ``makemessages`` into a temporary copy of the package, so
that checking changes nothing. What a person then has to do: translate what is empty or marked fuzzy.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "drifta"
LANGUAGES = ("sv", "nb")
HOLE = re.compile(r"%\((\w+)\)[sdifr]|%(?:[\d.]*[sdifr])|\{(\w*)\}")
IGNORED = ("tests", "*/tests/*", "*/dist/*", "*/migrations/*")


def main() -> int:
    """Check, or update with ``--update``; returns 1 when something is missing."""
    with tempfile.TemporaryDirectory(prefix="drifta-texts-") as place:
        collected = {language: collect(Path(place), language) for language in LANGUAGES}
        if "--update" in sys.argv[1:]:
            for language, path in collected.items():
                shutil.copyfile(path, catalogue(language))
            return 0
        finds = [find for language, path in collected.items() for find in examine(language, path)]
    for find in finds:
        print(find)
    if finds:
        print(f"{len(finds)} texts to see to")
    return 1 if finds else 0


def catalogue(language: str) -> Path:
    """The committed catalogue of ``language``."""
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def collect(place: Path, language: str) -> Path:
    """Return a catalogue of ``language`` with all texts of the source, made below ``place``."""
    copy = place / "drifta"
    if not copy.exists():
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("tests", "dist", "__pycache__", "*.mo"))
    target = copy / "locale" / language / "LC_MESSAGES" / "django.po"
    target.parent.mkdir(parents=True, exist_ok=True)
    ignored = [word for pattern in IGNORED for word in ("--ignore", pattern)]
    command = [sys.executable, "-m", "django", "makemessages", "-l", language, "--no-location", "--no-wrap", *ignored]
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    made = subprocess.run(command, cwd=copy, env=environment, check=False, capture_output=True, text=True)
    if made.returncode:
        raise SystemExit(made.stderr)
    steady(target, language)
    return target


HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def steady(path: Path, language: str) -> None:
    """Give the catalogue a header without times and names, so that it changes only with the texts."""
    _header, _blank, texts = path.read_text(encoding="utf-8").partition("\n\n")
    path.write_text(HEADER.format(language=language) + "\n" + texts, encoding="utf-8")


def examine(language: str, collected: Path) -> Iterator[str]:
    """Yield what is wrong with the committed catalogue, compared with what was collected."""
    if not catalogue(language).exists():
        yield f"{language}: there is no {catalogue(language).relative_to(ROOT)}"
        return
    wanted, have = read(collected, language), read(catalogue(language), language)
    for message in wanted:
        if message.id:
            yield from (f"{language}: {what}: {shown(message)}" for what in faults(message, find(have, message)))
    for message in have:
        if message.id and find(wanted, message) is None:
            yield f"{language}: not used any more: {shown(message)}"


def read(path: Path, language: str) -> Catalog:
    """The catalogue in ``path``; texts that are commented out are left out."""
    with path.open("rb") as file:
        return read_po(file, locale=language, ignore_obsolete=True)


def find(where: Catalog, message: Message) -> Message | None:
    """The same text in another catalogue."""
    return where.get(message.id, message.context)


def faults(source: Message, translated: Message | None) -> Iterator[str]:
    """What is wrong with the translation of one text."""
    if translated is None:
        yield "missing (make translations)"
        return
    if translated.fuzzy:
        yield "fuzzy"
    texts = translated.string if isinstance(translated.string, (list, tuple)) else [translated.string]
    if not all(texts):
        yield "not translated"
        return
    allowed = [holes(text) for text in many(source.id)]
    if any(holes(text) not in allowed for text in texts):
        yield "placeholders differ"


def many(text: object) -> list[str]:
    """Singular and plural, or the one text."""
    return [str(part) for part in text] if isinstance(text, (list, tuple)) else [str(text)]


def holes(text: str) -> list[str]:
    """The placeholders of a text, sorted."""
    return sorted(match[0] for match in HOLE.finditer(text.replace("%%", "")))


def shown(message: Message) -> str:
    """The text, shortened for one line."""
    return repr(" ".join(many(message.id)[0].split())[:90])


if __name__ == "__main__":
    sys.exit(main())
