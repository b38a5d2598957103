"""Replies with quotations: the layouts of discourse, crisp and github."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

from drifta.channels.mail.quotes import Kind, Split, forwarded, split


def runner_of(folder: Path) -> Callable[[Path, Any], None] | None:
    """The runner for a folder of texts with their trimmed forms, or with assertions about fragments."""
    if (folder / "emails").is_dir() and (folder / "trimmed").is_dir():
        return discourse
    if (folder / "emails").is_dir() and (folder / "expected.json").is_file():
        return fragments
    return None


def _text(path: Path) -> str:
    return path.read_text("utf-8", errors="replace").replace("\r\n", "\n")


def _plain(text: str) -> str:
    """A text without white space at the ends of its lines, and around it."""
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def discourse(folder: Path, score: Any) -> None:
    """Trimmed reply, elided rest, and the text before a forwarded mail."""
    for path in sorted((folder / "emails").glob("*.txt")):
        text = _text(path)
        found = split(text)
        trimmed, elided = folder / "trimmed" / path.name, folder / "elided" / path.name
        if trimmed.is_file():
            score.check("discourse", "reply", path.stem, _plain(found.reply), _plain(_text(trimmed)))
        if elided.is_file():
            rest = "\n".join(one.text for one in found.fragments if one.folded)
            score.check("discourse", "rest", path.stem, rest.split(), _text(elided).split())
        _forwarded(folder, path.name, text, score)


def _forwarded(folder: Path, name: str, text: str, score: Any) -> None:
    before, embedded = folder / "before" / name, folder / "embedded" / name
    if not before.is_file() or not embedded.is_file():
        return
    found = forwarded(text)
    score.check("discourse", "before", name, _plain(found.before) if found else None, _plain(_text(before)))
    score.check("discourse", "embedded", name, _plain(found.embedded) if found else None, _plain(_text(embedded)))


def fragments(folder: Path, score: Any) -> None:
    """Assertions of crisp and github about the visible text and its fragments."""
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    for stem, wanted in sorted(expected.items()):
        path = folder / "emails" / f"{stem}.txt"
        if path.is_file():
            started = time.perf_counter()
            found = split(_text(path))
            taken = time.perf_counter() - started
            _assertions(folder.name, stem, found, wanted, score)
            if "max_seconds" in wanted:
                score.count(folder.name, "in time", stem, taken <= wanted["max_seconds"], f"{taken:.2f} s")


class _Run:
    """Neighbouring fragments of one kind are one fragment there."""

    def __init__(self, kind: Kind, parts: list[Any]) -> None:
        self.kind = kind
        self.text = "\n".join(part.text for part in parts).strip("\n")
        self.folded = all(part.folded for part in parts if part.text.strip())


def _runs(found: Split) -> list[_Run]:
    parts = [one for one in found.fragments if one.text.strip()]
    return [_Run(kind, list(run)) for kind, run in groupby(parts, key=lambda one: one.kind)]


def _assertions(layout: str, stem: str, found: Split, wanted: dict[str, Any], score: Any) -> None:
    runs = _runs(found)
    for key in ("visible_text", "visible_text_stripped"):
        if key in wanted:
            score.check(layout, "visible text", stem, _plain(found.reply), _plain(wanted[key]))
    for key in ("first_fragment", "first_fragment_stripped"):
        if key in wanted:
            score.check(layout, "first fragment", stem, _plain(runs[0].text) if runs else "", _plain(wanted[key]))
    if "fragment_count" in wanted:
        score.check(layout, "number of fragments", stem, len(runs), wanted["fragment_count"])
    for index, patterns in wanted.get("fragment_matches", {}).items():
        _matches(layout, stem, runs, int(index), patterns, score)
    quoted = "\n".join(run.text for run in runs if run.kind is Kind.QUOTED)
    for pattern in wanted.get("quoted_matches", []):
        score.count(layout, "quoted matches", stem, re.search(pattern, quoted, re.MULTILINE) is not None, pattern)
    _flags(layout, stem, runs, wanted, score)


def _matches(layout: str, stem: str, runs: list[_Run], index: int, patterns: list[str], score: Any) -> None:
    text = runs[index].text if index < len(runs) else ""
    for pattern in patterns:
        found = re.search(pattern, text, re.MULTILINE) is not None
        score.count(layout, "fragment matches", stem, found, f"fragment {index}: {pattern} in {text[:80]!r}")


def _flags(layout: str, stem: str, runs: list[_Run], wanted: dict[str, Any], score: Any) -> None:
    """``quoted``, ``signature``, ``hidden``: as lists over all fragments, or by the fragment's number."""
    for flag in ("quoted", "signature", "hidden"):
        stated = dict(enumerate(wanted.get(flag, [])))
        stated |= {int(index): value for index, value in wanted.get(f"fragment_{flag}", {}).items()}
        for index, value in stated.items():
            run = runs[index] if index < len(runs) else None
            got = run and (run.folded if flag == "hidden" else run.kind.value == flag)
            score.check(layout, f"fragment {flag}", f"{stem}[{index}]", got, value)
