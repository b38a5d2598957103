"""Jobs for a worker in a process of its own."""

import re
import time

from drifta.kernel.jobs import job


@job(name="test.worker_fails", attempts=1)
def fails() -> None:
    raise ZeroDivisionError("on purpose")


@job(name="test.worker_hangs")
def hangs() -> None:
    time.sleep(600)


@job(name="test.worker_is_held_up")
def holds_up() -> None:
    re.match(r"(a|aa)+$", "a" * 90 + "b")  # takes years, and lets nothing else of the process run
