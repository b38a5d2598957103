"""Background jobs in a real worker: transaction, retry, failure on the list, stalled ones run again."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from drifta.kernel import jobs, worker
from drifta.kernel.jobs import JobCall, defer_many, job
from drifta.kernel.testing import run_jobs, waiting_jobs
from drifta.kernel.tests import worker_jobs

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


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
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
from drifta.kernel import worker
from drifta.kernel.tests import worker_jobs
{change}
worker.work(concurrency=2)
"""


def start_worker(change: str = "", **options: Any) -> "subprocess.Popen[bytes]":
    """Start a worker in a process of its own; ``change`` is run there before."""
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    environment = {**os.environ, "DRIFTA_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "drifta.site.settings"}
    return subprocess.Popen([sys.executable, "-c", WORKER.format(change=change)], env=environment, **options)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_for_good_is_listed_and_can_run_again() -> None:
    worker_jobs.fails.defer()
    running = start_worker()
    try:
        wait_for(lambda: status("test.worker_fails") == ["failed"])
        (failed,) = jobs.failed_jobs()
        assert (failed.name, failed.error) == ("test.worker_fails", "ZeroDivisionError: on purpose")
        jobs.run_again(failed.id)
        wait_for(lambda: bool(jobs.failed_jobs()) and jobs.failed_jobs()[0].attempts > failed.attempts)
        jobs.discard(failed.id)
        assert jobs.failed_jobs() == []
    finally:
        running.terminate()
        running.wait(120)


def doing(name: str) -> list[int | None]:
    """Return the numbers of the workers that do jobs of this name, None for one that is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT worker_id FROM procrastinate_jobs WHERE task_name = %s AND status = 'doing'", [name])
        return [row[0] for row in cursor.fetchall()]


@contextmanager
def worker_running() -> Iterator[None]:
    """Run a worker, which is killed at the end."""
    running = start_worker()
    try:
        yield
    finally:
        running.kill()
        running.wait()


def killed_worker(name: str) -> int | None:
    """Let a worker die in the middle of a job of this name; returns its number."""
    with worker_running():
        wait_for(lambda: bool(doing(name)))
        (dead,) = doing(name)
    return dead


def is_done_by_another(name: str, dead: int | None) -> bool:
    """Whether a worker does the job again; a dead one that was forgotten meanwhile does nothing."""
    return any(number not in (dead, None) for number in doing(name))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_s_job_runs_again_soon() -> None:
    worker_jobs.hangs.defer()
    dead = killed_worker("test.worker_hangs")
    with worker_running():
        wait_for(lambda: is_done_by_another("test.worker_hangs", dead))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_job_that_has_ended_its_worker_too_often_is_listed() -> None:
    number = worker_jobs.hangs.defer()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE id = %s", [jobs.ATTEMPTS, number])
    killed_worker("test.worker_hangs")
    with worker_running():
        wait_for(lambda: bool(jobs.failed_jobs()) and bool(jobs.failed_jobs()[0].error))
    (failed,) = jobs.failed_jobs()
    assert (failed.id, failed.error) == (number, jobs.LOST_WORKER)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_held_up_ends_and_says_where() -> None:
    worker_jobs.holds_up.defer()
    running = start_worker("worker.HELD_UP_AFTER = 10", stderr=subprocess.PIPE)
    try:
        _out, said = running.communicate(timeout=120)
    finally:
        running.kill()
    assert running.returncode == 1
    assert b"in holds_up" in said
    assert status("test.worker_is_held_up") == ["doing"]  # until another worker sees that this one is dead


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_s_job_gives_way_when_its_like_waits() -> None:
    def defer() -> None:
        worker_jobs.hangs.task.configure(lock="turn", queueing_lock="turn").defer()

    defer()
    dead = killed_worker("test.worker_hangs")
    defer()  # waits for the lock that the dead worker's job holds
    with worker_running():
        wait_for(lambda: is_done_by_another("test.worker_hangs", dead))
    assert sorted(status("test.worker_hangs")) == ["aborted", "doing"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_only_late_keeps_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(suspects: set[int]) -> set[int]:
        return asyncio.run(_look(suspects))

    number = worker_jobs.hangs.defer()
    with worker_running():
        wait_for(lambda: bool(doing("test.worker_hangs")))
        before = doing("test.worker_hangs")
        monkeypatch.setattr(worker, "SILENT_AFTER", -1)  # as after a long pause: nobody has given a sign of life
        suspects = look(set())
        assert number in suspects
        monkeypatch.setattr(worker, "SILENT_AFTER", 3600)  # it has given one, however long this machine pauses now
        assert look(suspects) == set()
        assert doing("test.worker_hangs") == before


async def _look(suspects: set[int]) -> set[int]:
    opened = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with opened.open_async():
        return await worker.look(opened.job_manager, suspects)
