"""Background work on PostgreSQL: enqueued in the action's transaction, run at least once, so always idempotent."""

import asyncio
import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Generic, ParamSpec

import procrastinate
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.jobs import Job as QueuedJob
from procrastinate.retry import RetryStrategy
from procrastinate.tasks import Task

from drifta.kernel.models import JobFailure

P = ParamSpec("P")
log = logging.getLogger(__name__)

#: Seconds without a heartbeat after which a worker counts as dead, and its jobs are run again.
STALLED_AFTER = 30
#: Hours that finished jobs are kept; failed ones stay until somebody runs them again or discards them.
KEEP_FINISHED_HOURS = 2


class Job(Generic[P]):
    """A function that can run later in the worker. Call it to run it now, ``defer`` it to run it there."""

    def __init__(self, function: Callable[P, None], task: "Task[Any, None, Any]") -> None:
        self.function = function
        self.task = task
        self.name = task.name

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        self.function(*args, **kwargs)

    def defer(self, *args: P.args, **kwargs: P.kwargs) -> int:
        """Enqueue the job in the running transaction; returns its number. Takes keyword arguments only."""
        return self.task.defer(*args, **kwargs)

    def defer_at(self, when: datetime, **kwargs: Any) -> int:
        """Enqueue the job so that it starts no sooner than ``when``."""
        return self.task.configure(schedule_at=when).defer(**kwargs)

    def defer_in_turn(self, lock: str, **kwargs: Any) -> int:
        """Enqueue the job so that jobs with the same ``lock`` run one after another, in order."""
        return self.task.configure(lock=lock).defer(**kwargs)


@dataclass(frozen=True)
class JobCall:
    """A job with its arguments, to be enqueued together with others."""

    job: Job[Any]
    arguments: dict[str, Any]


def job(*, name: str, queue: str = "default", attempts: int = 8) -> Callable[[Callable[P, None]], Job[P]]:
    """Declare a job. After ``attempts`` failures (2, 4, 8 ... seconds apart) it rests in the list of failed jobs."""

    def declare(function: Callable[P, None]) -> Job[P]:
        retry = RetryStrategy(max_attempts=attempts, exponential_wait=2)
        task = app.task(name=name, queue=queue, retry=retry, pass_context=True)(_recording(function))
        return Job(function, task)

    return declare


def periodic(cron: str, *, name: str) -> Callable[[Callable[[], None]], Job[[]]]:
    """Declare a job that runs by itself; ``cron`` has five fields, or six with seconds last."""

    def declare(function: Callable[[], None]) -> Job[[]]:
        def run(context: procrastinate.JobContext, timestamp: int) -> None:
            _recording(function)(context)

        task = app.periodic(cron=cron)(
            app.task(name=name, queue="periodic", queueing_lock=name, pass_context=True)(run)
        )
        return Job(function, task)

    return declare


def _recording(function: Callable[..., None]) -> Callable[..., None]:
    """Wrap a job's function: the reason is kept when it fails."""

    @wraps(function)
    def run(context: procrastinate.JobContext, **kwargs: Any) -> None:
        try:
            function(**kwargs)
        except Exception as error:
            _record_failure(context.job.id or 0, error)
            raise

    return run


def _record_failure(job_id: int, error: Exception) -> None:
    if connection.in_atomic_block:  # inside a test's transaction, where the error is seen anyway
        return
    JobFailure.objects.create(
        job_id=job_id, error=f"{type(error).__name__}: {error}"[:2000], traceback=traceback.format_exc()[-20000:]
    )


def defer_many(calls: list[JobCall]) -> None:
    """Enqueue several jobs, of one kind or of many, in one statement."""
    if calls:
        jobs = [_queued(call) for call in calls]
        app.job_manager.batch_defer_jobs(jobs=jobs)


def _queued(call: JobCall) -> QueuedJob:
    task = call.job.task
    return QueuedJob(
        id=None,
        queue=task.queue,
        priority=task.priority,
        lock=None,
        queueing_lock=None,
        task_name=task.name,
        task_kwargs=call.arguments,
    )


async def _run_worker(concurrency: int) -> None:
    with_worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with with_worker.open_async():
        await with_worker.run_worker_async(concurrency=concurrency, install_signal_handlers=True, listen_notify=True)


def work(concurrency: int = 8) -> None:
    """Run the worker until it is told to stop (SIGTERM, SIGINT); running jobs are finished first."""
    asyncio.run(_run_worker(concurrency))


@periodic("* * * * *", name="kernel.retry_stalled")
def retry_stalled() -> None:
    """Run again what a killed worker left behind."""
    asyncio.run(_retry_stalled())


async def _retry_stalled() -> None:
    with_worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with with_worker.open_async():
        manager = with_worker.job_manager
        for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
            log.warning("Job %s (%s) was left behind by a dead worker; it runs again.", stalled.id, stalled.task_name)
            await manager.retry_job(stalled)
        await manager.prune_stalled_workers(STALLED_AFTER)


@periodic("17 * * * *", name="kernel.prune_jobs")
def prune_jobs() -> None:
    """Forget finished jobs, and the reasons of failures that were mended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status IN ('succeeded', 'cancelled', 'aborted') AND NOT EXISTS"
            " (SELECT FROM procrastinate_events e WHERE e.job_id = procrastinate_jobs.id"
            " AND e.at > now() - make_interval(hours => %s))",
            [KEEP_FINISHED_HOURS],
        )
        cursor.execute(
            "DELETE FROM kernel_jobfailure f WHERE NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.id = f.job_id)"
        )


@dataclass(frozen=True)
class FailedJob:
    """A job that has used up its attempts, as the page of failed jobs shows it."""

    id: int
    name: str
    arguments: dict[str, Any]
    attempts: int
    error: str
    traceback: str
    failed_at: datetime | None


def failed_jobs(limit: int = 200) -> list[FailedJob]:
    """Return the failed jobs with the reason of their last attempt, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.task_name, j.args, j.attempts, coalesce(f.error, ''), coalesce(f.traceback, ''), f.at"
            " FROM procrastinate_jobs j LEFT JOIN LATERAL (SELECT error, traceback, at FROM kernel_jobfailure"
            " WHERE job_id = j.id ORDER BY id DESC LIMIT 1) f ON true"
            " WHERE j.status = 'failed' ORDER BY j.id DESC LIMIT %s",
            [limit],
        )
        return [FailedJob(row[0], row[1], json.loads(row[2]), *row[3:]) for row in cursor.fetchall()]


def run_again(job_id: int) -> None:
    """Put a failed job back into its queue."""
    with transaction.atomic():
        app.job_manager.retry_job_by_id(job_id, retry_at=datetime.now(UTC))


def discard(job_id: int) -> None:
    """Forget a failed job."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed'", [job_id])
