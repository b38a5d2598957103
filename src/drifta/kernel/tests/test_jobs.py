"""Background jobs in a real worker: transaction, retry, failure on the list, stalled ones run again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from drifta.kernel import jobs
from drifta.kernel.jobs import JobCall, defer_many, job
from drifta.kernel.testing import run_jobs, waiting_jobs

ran: list[int] = []


@job(name="test.add")
def add(number: int) -> None:
    ran.append(number)


@job(name="test.fail", attempts=2)
def fail() -> None:
    raise ZeroDivisionError("on purpose")


@pytest.fixture(autouse=True)
def _clean() -> None:
    ran.clear()


@pytest.mark.django_db
def test_jobs_are_part_of_the_transaction() -> None:
    with transaction.atomic():
        add.defer(number=1)
        transaction.set_rollback(True)
    assert waiting_jobs("test.add") == 0
    defer_many([JobCall(add, {"number": 2}), JobCall(add, {"number": 3})])
    assert run_jobs() == 2
    assert ran == [2, 3]


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def status(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE task_name = %s", [name])
        return [row[0] for row in cursor.fetchall()]


WORKER = """
import django; django.setup()
from drifta.kernel import jobs
from drifta.kernel.tests import worker_jobs
jobs.work(concurrency=2)
"""


def start_worker() -> "subprocess.Popen[bytes]":
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    environment = {**os.environ, "DRIFTA_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "drifta.site.settings"}
    return subprocess.Popen([sys.executable, "-c", WORKER], env=environment)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_for_good_is_listed_and_can_run_again() -> None:
    from drifta.kernel.tests import worker_jobs  # noqa: PLC0415 - declares the jobs in this process too

    worker_jobs.fails.defer()
    worker = start_worker()
    try:
        wait_for(lambda: status("test.worker_fails") == ["failed"])
        (failed,) = jobs.failed_jobs()
        assert (failed.name, failed.error) == ("test.worker_fails", "ZeroDivisionError: on purpose")
        jobs.run_again(failed.id)
        wait_for(lambda: bool(jobs.failed_jobs()) and jobs.failed_jobs()[0].attempts > failed.attempts)
        jobs.discard(failed.id)
        assert jobs.failed_jobs() == []
    finally:
        worker.terminate()
        worker.wait(20)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_s_job_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from drifta.kernel.tests import worker_jobs  # noqa: PLC0415

    monkeypatch.setattr(jobs, "STALLED_AFTER", 1)
    worker_jobs.hangs.defer()
    worker = start_worker()
    wait_for(lambda: status("test.worker_hangs") == ["doing"])
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    wait_for(lambda: jobs.retry_stalled() is None and status("test.worker_hangs") == ["todo"])
