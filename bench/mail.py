"""How well and how fast mails are understood: runs folders of mails with expectations through the intake's own code.

``python -m bench.mail DIR [--misses]`` finds every folder below DIR that is laid out like one of the public corpora
(stalwart, mime4j, sisimai, flufl, discourse, crisp, github), and prints matches per expectation and mails per second.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.mail_layouts import bounces, mime, replies
from drifta.channels.mail import automatic, quotes
from drifta.channels.mail import bounces as real_bounces
from drifta.channels.mail.parse import parse


@dataclass
class Score:
    """Matches and misses, per layout and expectation; and the mails themselves, for measuring the speed."""

    matched: Counter[tuple[str, str]] = field(default_factory=Counter)
    total: Counter[tuple[str, str]] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)

    def check(self, layout: str, expectation: str, case: str, got: object, want: object) -> None:
        """Count one comparison."""
        self.count(layout, expectation, case, got == want, f"got {got!r:.300} want {want!r:.300}")

    def count(self, layout: str, expectation: str, case: str, matched: bool, note: str = "") -> None:
        """Count one expectation that is met or not."""
        self.total[layout, expectation] += 1
        self.matched[layout, expectation] += matched
        if not matched:
            self.misses.append(f"{layout} | {expectation} | {case} | {note}")


Runner = Callable[[Path, Score], None]


def runner_of(folder: Path) -> Runner | None:
    """Who understands a folder's layout, None when nobody does."""
    for layout in (bounces, replies, mime):
        found: Runner | None = layout.runner_of(folder)
        if found:
            return found
    return None


def run(folder: Path, score: Score) -> None:
    """Run a folder, or everything below it when its own layout is unknown."""
    runner = runner_of(folder)
    if runner:
        runner(folder, score)
        return
    for child in sorted(path for path in folder.iterdir() if path.is_dir()):
        run(child, score)


def speed(mails: list[bytes], *, seconds: float = 2.0) -> float:
    """Mails per second, fully understood: parsed, looked at for bounces and programs, split from their quotations."""
    done = 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for raw in mails:
            mail = parse(raw)
            real_bounces.read(mail.root)
            automatic.classify(mail)
            quotes.split(mail.text)
        done += len(mails)
    return done / (time.perf_counter() - started)


def lines(score: Score) -> Iterator[str]:
    """The report: layout, expectation, ``x of y``."""
    for layout, expectation in score.total:
        key = (layout, expectation)
        yield f"{layout:<10} {expectation:<28} {score.matched[key]:>5} of {score.total[key]:<5}"


def main(arguments: list[str] | None = None) -> int:
    """Print the report of one folder; the exit code is 0 also where expectations are missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.mail", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", action="store_true", help="list every miss")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is no folder.")
    score = Score()
    run(options.folder, score)
    output = [*lines(score)]
    if options.misses:
        output += ["", *score.misses]
    if score.mails:
        output.append(f"{'speed':<10} {'mails per second':<28} {speed(score.mails):>5.0f}")
    sys.stdout.write("\n".join([*output, ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
