"""``make check``: everything about the code that can be judged without running it, one line for each question."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Question:
    """What is asked, the command that answers it, and the mend when the answer is no."""

    name: str
    command: list[str]
    mend: str = ""


def python(*words: str) -> list[str]:
    """A command in this Python."""
    return [sys.executable, *words]


QUESTIONS = [
    Question("style", [str(BIN / "ruff"), "check", "--quiet", "--output-format=concise", "."], "ruff check --fix ."),
    Question("layout", [str(BIN / "ruff"), "format", "--check", "--quiet", "."], "ruff format ."),
    Question("contracts", [str(BIN / "lint-imports"), "--no-logo"]),
    Question("tree", python("-m", "tools.tree")),
    Question("templates", python("-m", "tools.templates")),
    Question("template layout", [str(BIN / "djlint"), "src", "--lint", "--quiet"]),
    Question("migrations", python("-W", "ignore", "-m", "tools.manage", "makemigrations", "--check", "--dry-run")),
    Question("translations", python("-m", "tools.translations"), "make translations, then translate"),
    Question("reference", python("-m", "tools.reference", "--check"), "make reference"),
    Question("types", [str(BIN / "mypy")]),
]


def main() -> int:
    """Ask every question; returns 0 when all answers are yes."""
    chosen = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="drifta-check-") as data:
        environment = {**os.environ, "DRIFTA_DATA": data}
        questions = [question for question in QUESTIONS if not chosen or question.name in chosen]
        answers = [ask(question, environment) for question in questions]
    return 0 if all(answers) else 1


def ask(question: Question, environment: dict[str, str]) -> bool:
    """Ask one question, and print what is wrong if the answer is no."""
    begun = time.monotonic()
    answer = subprocess.run(
        question.command,
        cwd=ROOT,
        env=environment,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    good = answer.returncode == 0
    print(f"{'ok' if good else 'BAD':4}{question.name:20}{time.monotonic() - begun:6.1f} s", flush=True)
    if not good:
        print(answer.stdout.rstrip())
        if question.mend:
            print(f"    Mend: {question.mend}")
    return good


if __name__ == "__main__":
    sys.exit(main())
