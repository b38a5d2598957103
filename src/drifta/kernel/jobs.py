"""Background work on PostgreSQL: enqueued in the action's transaction, run at least once, so always idempotent."""

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Generic, ParamSpec

import procrastinate
from django.db import connection, transaction
from django.utils.translation import gettext, gettext_noop
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job as QueuedJob
from procrastinate.retry import RetryStrategy
from procrastinate.tasks import Task

from drifta.kernel.models import JobFailure

P = ParamSpec("P")
#: First half of the advisory locks' names of turns, so that they do not meet other locks.
TURNS = 0x7475726E
#: Hours that finished jobs are kept; failed ones stay until somebody runs them again or discards them.
KEEP_FINISHED_HOURS = 2
#: Attempts of a job, where it says nothing else.
ATTEMPTS = 8
LOST_WORKER = gettext_noop("The worker ended in the middle of it. Its log of that time tells why.")


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

    def defer_once(self, turn: str, **kwargs: Any) -> None:
        """Enqueue the job unless one with this ``turn`` waits already; at most one of them runs at a time.

        For work that takes all there is when it starts (``begin_turn``): one waiting job is enough for everybody.
        """
        if _is_awaited(turn):
            return
        try:
            with transaction.atomic():
                self.task.configure(lock=turn, queueing_lock=turn).defer(**kwargs)
        except AlreadyEnqueued:  # by somebody else in this very moment
            return


def _is_awaited(turn: str) -> bool:
    """Whether a job with this turn waits. Until we commit, no such job gets past ``begin_turn``."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, hashtext(%s))", [TURNS, turn])
        cursor.execute("SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'", [turn])
        return cursor.fetchone() is not None


def begin_turn(turn: str) -> None:
    """Wait, at the start of a job with a turn, until all those have committed who relied on its waiting."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [TURNS, turn])


@dataclass(frozen=True)
class JobCall:
    """A job with its arguments, to be enqueued together with others."""

    job: Job[Any]
    arguments: dict[str, Any]


def job(*, name: str, queue: str = "default", attempts: int = ATTEMPTS) -> Callable[[Callable[P, None]], Job[P]]:
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


def attempts_of(name: str) -> int:
    """How often a job may fail, or end its worker, before it rests in the list of failed jobs."""
    strategy = app.tasks[name].retry_strategy if name in app.tasks else None
    return (isinstance(strategy, RetryStrategy) and strategy.max_attempts) or ATTEMPTS


def record_lost_worker(job_id: int) -> None:
    """Keep the reason why a job has failed whose worker did not live to tell."""
    JobFailure.objects.create(job_id=job_id, error=LOST_WORKER)


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
        return [
            FailedJob(number, name, json.loads(given), attempts, error and gettext(error), *rest)
            for number, name, given, attempts, error, *rest in cursor.fetchall()
        ]


def run_again(job_id: int) -> None:
    """Put a failed job back into its queue."""
    with transaction.atomic():
        app.job_manager.retry_job_by_id(job_id, retry_at=datetime.now(UTC))


def discard(job_id: int) -> None:
    """Forget a failed job."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed'", [job_id])
