"""The patterns that strangers' lines are matched with: none of them can be kept busy by one line."""

import importlib
import itertools
import pkgutil
import re
import signal
import time
from collections.abc import Iterator

import pytest

from drifta.channels import mail
from drifta.channels.mail.bounce_reasons import _PATTERNS as PHRASES

LENGTH = 240
UNITS = (
    *"_=-*>< aw.,:;@\"'()[]/\\1&%–«å\n",
    "> ",
    "* ",
    "- ",
    "a ",
    "aa ",
    "mail",
    "a@",
    "a@b.",
    "<a@b> ",
    "5.1.1 ",
    "=?a?q?",
)
BEGINNINGS = ("", "Sent from ", "-----Original ", "On 2026 ", "From: ", "not ", "Re: ", "user ")
ENDS = ("", "x", "!", ", x", ":")
LINES = [
    (beginning + unit * LENGTH)[:LENGTH] + end for beginning, unit, end in itertools.product(BEGINNINGS, UNITS, ENDS)
]
#: Seconds that a line may take at its quickest; what tries every way takes hours, and what is slow once was disturbed.
SECONDS = 0.5
TRIES = 5


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield every compiled pattern of the package that reads text, with the name of its module and its own."""
    for found in pkgutil.iter_modules(mail.__path__, f"{mail.__name__}."):
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{found.name.rpartition('.')[2]}.{name}", value


PATTERNS = dict(patterns()) | {f"phrases.{reason}.{number}": one for number, (reason, one) in enumerate(PHRASES)}


@pytest.fixture
def patience() -> Iterator[None]:
    """End a match that goes on and on; the engine lets signals in now and then."""

    def stop(_number: int, _frame: object) -> None:
        raise TimeoutError("a line takes this pattern too long")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(300)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("patience")
@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_no_line_takes_a_pattern_long(pattern: re.Pattern[str]) -> None:
    for line in LINES:
        assert any(seconds(pattern, line) < SECONDS for _try in range(TRIES)), line


def seconds(pattern: re.Pattern[str], line: str) -> float:
    """Return the seconds of this thread that the pattern takes over a line."""
    began = time.thread_time()
    pattern.search(line)
    return time.thread_time() - began
