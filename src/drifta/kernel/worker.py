"""The worker process: runs jobs, and takes over what a killed worker has left behind."""

import asyncio
import faulthandler
import logging
from contextlib import suppress
from datetime import timedelta

from asgiref.sync import sync_to_async
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.worker import Worker

from drifta.kernel import clock, jobs

log = logging.getLogger(__name__)

#: Seconds between a worker's signs of life.
HEARTBEAT = 2
#: Seconds without one after which a worker may be dead.
SILENT_AFTER = 7
#: Seconds between two looks at what dead workers hold. Only who is silent at two looks counts as dead: after a pause
#: of the database or of the whole machine, living workers show themselves in between.
LOOK_EVERY = 2
#: Seconds after which a dead worker is forgotten.
FORGET_AFTER = 60
#: Seconds in which nothing of the process could run, because one of its jobs lets go of nothing, until it ends itself.
HELD_UP_AFTER = 60


def work(concurrency: int = 8) -> None:
    """Run the worker until it is told to stop (SIGTERM, SIGINT); running jobs are finished first."""
    asyncio.run(_work(concurrency))


async def _work(concurrency: int) -> None:
    with_worker = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    async with with_worker.open_async():
        with_worker.perform_import_paths()  # type: ignore[no-untyped-call]
        worker = Worker(with_worker, concurrency=concurrency, update_heartbeat_interval=HEARTBEAT)
        others = [asyncio.create_task(_rescue(with_worker.job_manager, worker)), asyncio.create_task(_watch())]
        try:
            await worker.run()  # type: ignore[no-untyped-call]
        finally:
            for other in others:
                other.cancel()
                with suppress(asyncio.CancelledError):
                    await other


async def _watch() -> None:
    """End the process when it is held up, with what each thread does on its standard error; the next one goes on.

    Such is a job in a call that keeps Python's lock: a search that never ends. Only what needs no lock can end it.
    """
    try:
        while True:
            faulthandler.dump_traceback_later(HELD_UP_AFTER, exit=True)
            await asyncio.sleep(HEARTBEAT)
    finally:
        faulthandler.cancel_dump_traceback_later()


async def _rescue(manager: JobManager, worker: Worker) -> None:
    """Run again what dead workers hold; goes on while this worker finishes its last jobs."""
    suspects: set[int] = set()
    while True:
        try:
            suspects = await look(manager, suspects)
            await manager.prune_stalled_workers(FORGET_AFTER)
            if worker.worker_id is not None:  # the worker itself gives no signs any more while it stops
                await manager.update_heartbeat(worker.worker_id)
        except ConnectorException:
            log.warning("What dead workers hold could not be looked at; the next look follows.", exc_info=True)
        await asyncio.sleep(LOOK_EVERY)


async def look(manager: JobManager, suspects: set[int]) -> set[int]:
    """Run again the ``suspects`` (numbers of jobs) that are still held by silent workers; returns the new suspects."""
    held = {job.id: job for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_AFTER) if job.id}
    for number in sorted(suspects & held.keys()):
        await _run_again(manager, held.pop(number))
    return set(held)


async def _run_again(manager: JobManager, job: Job) -> None:
    log.warning("Job %s (%s) was left behind by a dead worker.", job.id, job.task_name)
    number, used_up = job.id or 0, job.attempts >= jobs.attempts_of(job.task_name)
    try:
        if used_up:  # it may be what kills the workers
            await manager.finish_job_by_id_async(number, Status.FAILED, delete_job=False)
            await sync_to_async(jobs.record_lost_worker)(number)
        else:
            await manager.retry_job(job, retry_at=clock.now() + _pause(job.attempts))
    except UniqueViolation:  # its like waits already, and shall not wait for this one
        await manager.finish_job_by_id_async(number, Status.ABORTED, delete_job=False)
    except ConnectorException:  # another worker was quicker
        log.debug("Another worker has seen to job %s already.", job.id, exc_info=True)


def _pause(attempts: int) -> timedelta:
    """How long a job rests after its worker has died: not at all at first, then longer and longer: others get on."""
    return timedelta(seconds=min(2**attempts, 60) if attempts else 0)
