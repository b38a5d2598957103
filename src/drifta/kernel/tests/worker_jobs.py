"""Jobs for a worker in a process of its own."""

import time

from drifta.kernel.jobs import job


@job(name="test.worker_fails", attempts=1)
def fails() -> None:
    raise ZeroDivisionError("on purpose")


@job(name="test.worker_hangs")
def hangs() -> None:
    time.sleep(600)
