"""Helps for tests of every module: run what was enqueued, count queries, write outside actions on purpose."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import procrastinate
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job as QueuedJob

from drifta.kernel.guard import wrapper

#: Jobs that one call runs at most; more means that jobs make jobs without end.
ENOUGH = 5000


def run_jobs(*queues: str) -> int:
    """Run the waiting jobs (of ``queues``, or all) in order, and those they make; returns how many ran.

    Runs in the test's own transaction, so it sees what the test did. An error of a job is the test's error.
    """
    count = 0
    while (row := _next(queues)) is not None:
        count += 1
        assert count < ENOUGH, "jobs make jobs without end"
        job_id, name, arguments = row
        task = app.tasks[name]
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
        task.func(_context(job_id, task, arguments), **arguments)
    return count


def _next(queues: tuple[str, ...]) -> tuple[int, str, dict[str, object]] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo'"
            " AND (scheduled_at IS NULL OR scheduled_at <= now()) AND (%s OR queue_name = ANY(%s))"
            " ORDER BY priority DESC, id LIMIT 1",
            [not queues, list(queues)],
        )
        row = cursor.fetchone()
    return (row[0], row[1], json.loads(row[2])) if row else None


def _context(job_id: int, task: object, arguments: dict[str, object]) -> JobContext:
    job = QueuedJob(
        id=job_id, queue="test", lock=None, queueing_lock=None, task_name=getattr(task, "name", ""), task_kwargs={}
    )
    return procrastinate.JobContext(
        app=app, worker_name="test", job=job, start_timestamp=0.0, abort_reason=lambda: None
    )


def waiting_jobs(name: str) -> int:
    """Return how many jobs of this name wait, also those for later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s", [name])
        return int(cursor.fetchone()[0])


@contextmanager
def guarded() -> Iterator[None]:
    """Refuse writes outside actions while the context is open."""
    with connection.execute_wrapper(wrapper):
        yield
