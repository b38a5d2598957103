"""Runs the assigned checks when they are due, judges the results and puts them into the current batch.

Everything happens in one event loop. The schedule follows the monotonic clock; rows are stamped with the wall clock.
Hot kinds are started without a coroutine (``BatchedCheck``); others run as tasks.
"""

import asyncio
import logging
import math
import time
from array import array
from collections import deque
from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from itertools import count
from typing import Any

from pydantic import ValidationError

from drifta.probe.assignment import Assignment
from drifta.probe.batch import CHANGED, DEMANDED, FLAPPING, HARD, LATE, Batch
from drifta.probe.check import AnyCheck, BatchedCheck, CheckSettings, Done, Parameter, Result, State, crashed
from drifta.probe.registry import Kinds
from drifta.probe.schedule import advance_grid, next_grid_point, spread
from drifta.probe.state import Standing, advance

log = logging.getLogger("drifta.probe")

_TICK = 0.05
_STARTS_PER_TURN = 32
_GRACE = 1.0
_SWEEP = 5.0


class Job:
    """One assigned check and where it stands. Times of the loop's clock, in seconds."""

    __slots__ = (
        "assignment",
        "began",
        "check",
        "demand",
        "done",
        "due",
        "gone",
        "grid",
        "interval",
        "problem",
        "running",
        "seen_token",
        "settings",
        "stale",
        "standing",
        "start",
        "text",
        "timeout",
        "token",
        "units",
        "wall",
    )

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self.interval = assignment.interval
        self.timeout = assignment.allowed_timeout
        self.check: AnyCheck | None = None
        self.settings: CheckSettings | None = None
        self.problem: Result | None = None
        self.units: Mapping[str, tuple[str, str | None]] = {}
        self.standing = Standing()
        self.text: tuple[str, Mapping[str, Parameter]] | None = None
        self.start: Callable[[Any, float, Done], None] | None = None
        self.done: Done = _nobody
        self.began = self.due = self.grid = 0.0
        self.wall = 0
        self.running = self.stale = self.gone = False
        self.demand: str | None = None
        self.seen_token: str | None = None
        self.token: str | None = None

    def leave(self) -> None:
        """Be assigned no more. The cycle through ``done`` is cut, so that nothing is left to collect."""
        self.gone = True
        self.done = _nobody


class Statistics:
    """About the probe itself, since the last report."""

    def __init__(self) -> None:
        self.runs = 0
        self.skipped = 0
        self.lateness = array("f")


class Scheduler:
    """Holds the jobs. ``hurry`` is called when the current batch should be written soon."""

    def __init__(self, kinds: Kinds, hurry: Callable[[], None], most_in_flight: int = 10_000) -> None:
        self._loop = asyncio.get_running_loop()
        self._kinds = kinds
        self._hurry = hurry
        self._most_in_flight = most_in_flight
        self._jobs: dict[int, Job] = {}
        self._heap: list[tuple[float, int, Job]] = []
        self._waiting: deque[Job] = deque()
        self._checks: dict[str, AnyCheck] = {}
        self._units: dict[str, Mapping[str, tuple[str, str | None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Handle | None = None
        self._order = count()
        self._ticking = False
        self._stopped = False
        self._restored: dict[int, tuple[str, Standing]] = {}
        self._sweeper = self._loop.call_later(_SWEEP, self._sweep)
        self.batch = Batch()
        self.statistics = Statistics()
        self.in_flight = 0
        self.cut_off = False
        self.dirty = False

    @property
    def checks(self) -> int:
        """How many checks are assigned."""
        return len(self._jobs)

    def assign(self, assignments: Mapping[int, Assignment]) -> None:
        """Take over what is to be run now: drop, change and add jobs."""
        for identifier in self._jobs.keys() - assignments.keys():
            self._jobs.pop(identifier).leave()
        fresh = []
        for identifier, assignment in assignments.items():
            job = self._jobs.get(identifier)
            if job is None or job.assignment.version != assignment.version:
                fresh.append(self._take(job, assignment))
            else:
                job.assignment = assignment
        self._begin_soon(fresh)
        for job in self._jobs.values():
            if job.assignment.run_now and job.assignment.run_now != job.seen_token:
                self._demand(job, job.assignment.run_now)

    def refresh(self) -> None:
        """Send every check's state and text anew with its next result."""
        for job in self._jobs.values():
            job.text = None

    def take_batch(self) -> Batch:
        """Return the rows so far and begin a new batch."""
        batch, self.batch = self.batch, Batch()
        return batch

    def take_statistics(self) -> Statistics:
        """Return the statistics so far and begin anew."""
        statistics, self.statistics = self.statistics, Statistics()
        return statistics

    def standings(self) -> dict[int, tuple[str, Standing]]:
        """Return kind and standing of every check that has run."""
        return {
            identifier: (job.assignment.kind, job.standing)
            for identifier, job in self._jobs.items()
            if job.standing.state is not None
        }

    def restore(self, standings: Mapping[int, tuple[str, Standing]]) -> None:
        """Go on from the standings of an earlier process; call before the first ``assign``."""
        self._restored = dict(standings)

    def stop(self) -> None:
        """Start nothing more and give back what the checks hold; runs under way are forgotten."""
        self._stopped = True
        self._sweeper.cancel()
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        for check in self._checks.values():
            check.close()

    # -- assignments -------------------------------------------------------------------------------------------

    def _take(self, job: Job | None, assignment: Assignment) -> Job:
        """Make a job, or change the one that is there: a run of the old version does not count any more."""
        new = Job(assignment)
        self._prepare(new)
        if job is not None and job.assignment.kind == assignment.kind:
            new.standing, new.seen_token = job.standing, job.seen_token
        elif assignment.id in self._restored:
            kind, standing = self._restored.pop(assignment.id)
            if kind == assignment.kind:
                new.standing = standing
        if job is not None and job.running:
            return self._change_running(job, new)
        if job is not None:
            job.leave()
        new.done = lambda result: self._finish(new, result)
        self._jobs[assignment.id] = new
        return new

    def _change_running(self, job: Job, new: Job) -> Job:
        job.assignment, job.interval, job.timeout = new.assignment, new.interval, new.timeout
        job.check, job.settings, job.problem, job.units = new.check, new.settings, new.problem, new.units
        job.start = new.start
        job.standing, job.text, job.stale = new.standing, None, True
        return job

    def _prepare(self, job: Job) -> None:
        """Find the kind and validate the settings; what does not fit becomes the job's constant result."""
        assignment = job.assignment
        check = self._check(assignment.kind)
        if check is None:
            job.problem = Result(State.UNKNOWN, "kind.unknown", {"kind": assignment.kind})
            return
        try:
            job.settings = type(check).Settings.model_validate(assignment.settings)
        except ValidationError as error:
            job.problem = Result(State.UNKNOWN, "settings.invalid", {"problem": _first_problem(error)})
            return
        job.check = check
        job.start = check.start if isinstance(check, BatchedCheck) else None
        job.units = self._units[assignment.kind]

    def _check(self, kind: str) -> AnyCheck | None:
        check = self._checks.get(kind)
        if check is None:
            found = self._kinds.get(kind)
            if found is None:
                return None
            check = self._checks[kind] = found()
            self._units[kind] = {metric.name: (metric.unit, metric.label) for metric in found.metrics}
        return check

    def _begin_soon(self, fresh: list[Job]) -> None:
        """Give new and changed jobs their first moment: at once if they are few, spread out if many."""
        now, wall = self._loop.time(), time.time()
        for job in fresh:
            if job.running:
                continue
            interval, phase = job.interval, job.assignment.phase
            job.grid = now + next_grid_point(wall, interval, phase)
            due = now + phase * spread(len(fresh), interval)
            while job.grid < due + interval / 2:
                job.grid += interval
            self._push(job, due)

    def _demand(self, job: Job, token: str) -> None:
        job.seen_token = token
        job.demand = token
        if not job.running:
            self._push(job, self._loop.time())

    # -- the clockwork -----------------------------------------------------------------------------------------

    def _push(self, job: Job, due: float) -> None:
        job.due = due
        heap = self._heap
        heappush(heap, (due, next(self._order), job))
        if not self._ticking and (self._timer is None or heap[0][2] is job):
            self._arm()

    def _arm(self) -> None:
        """Set the alarm for the job that is due first."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._heap and not self._stopped:
            self._timer = self._loop.call_at(max(self._heap[0][0], self._loop.time() + _TICK), self._tick)

    def _tick(self) -> None:
        self._ticking = True
        more = self._begin_due(self._loop.time())
        self._ticking = False
        if more:  # let the engines read before the next lot
            self._timer = self._loop.call_soon(self._tick)
        else:
            self._arm()

    def _begin_due(self, now: float) -> bool:
        """Begin what is due, a limited number; return whether more is due."""
        heap = self._heap
        for _ in range(_STARTS_PER_TURN):
            if not heap or heap[0][0] > now:
                return False
            due, _order, job = heappop(heap)
            if not job.gone and not job.running and due == job.due:
                self._begin(job)
        return not self._stopped

    def _begin(self, job: Job) -> None:
        job.running = True
        if self.in_flight >= self._most_in_flight:
            job.began = math.inf
            self._waiting.append(job)
            return
        self._run(job)

    def _run(self, job: Job) -> None:
        self.in_flight += 1
        job.began = began = self._loop.time()
        job.wall = time.time_ns() // 1_000_000
        job.token, job.demand = job.demand, None
        self.statistics.lateness.append(began - job.due)
        if job.start is not None:
            try:
                job.start(job.settings, job.timeout, job.done)
            except Exception as error:  # a broken check must not stop the others
                self._finish(job, crashed(error))
        elif job.check is not None:
            task = self._loop.create_task(self._run_task(job, job.check))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            assert job.problem is not None
            self._finish(job, job.problem)

    async def _run_task(self, job: Job, check: AnyCheck) -> None:
        try:
            async with asyncio.timeout(job.timeout + _GRACE):
                result = await check.run(job.settings, job.timeout)
        except TimeoutError:
            result = _overdue(job)
        except Exception as error:  # a broken check must not stop the others
            log.exception("The check %d (%s) failed.", job.assignment.id, job.assignment.kind)
            result = crashed(error)
        self._finish(job, result)

    def _sweep(self) -> None:
        """End batched runs that a fault keeps from ending themselves, so that their checks run again."""
        self._sweeper = self._loop.call_later(_SWEEP, self._sweep)
        now = self._loop.time()
        for job in list(self._jobs.values()):
            if job.running and job.start is not None and now - job.began > job.timeout + _SWEEP:
                log.error("The check %d (%s) did not end.", job.assignment.id, job.assignment.kind)
                self._finish(job, _overdue(job))

    def _finish(self, job: Job, result: Result) -> None:
        if not job.running or self._stopped:
            return
        job.running = False
        self.in_flight -= 1
        if self._waiting:
            self._run_waiting()
        if job.gone:
            return
        now = self._loop.time()
        if job.stale:
            job.stale = False
            self._begin_soon([job])
            return
        self.statistics.runs += 1
        self._record(job, result, now - job.began)
        self._plan_next(job, now)

    def _run_waiting(self) -> None:
        while self._waiting and self.in_flight < self._most_in_flight:
            job = self._waiting.popleft()
            if not job.gone:
                self._run(job)

    def _plan_next(self, job: Job, now: float) -> None:
        if job.demand is not None:
            due = now
        elif not job.standing.hard:
            due = max(now, job.began + job.assignment.retry_interval)
        else:
            regular = job.due == job.grid
            job.grid, skipped = advance_grid(job.grid, now, job.interval)
            if regular:
                self.statistics.skipped += skipped
            due = job.grid
        self._push(job, due)

    # -- results -----------------------------------------------------------------------------------------------

    def _record(self, job: Job, result: Result, duration: float) -> None:
        assignment, standing, batch = job.assignment, job.standing, self.batch
        state = result.state
        changed = advance(standing, state, retries=assignment.retries, detect_flapping=assignment.flapping)
        first = job.text is None
        flags = HARD if standing.hard else 0
        if changed or first:
            flags |= CHANGED
            self.dirty = True
        if standing.flapping:
            flags |= FLAPPING
        if self.cut_off:
            flags |= LATE
        if job.token is not None:
            flags |= DEMANDED
        row = batch.add(assignment.id, job.wall, state, flags, standing.attempt, duration)
        if job.token is not None:
            batch.runs[row] = job.token
        if changed or first or (state and job.text != (result.code, result.params)):
            job.text = (result.code, result.params)
            batch.add_text(row, result.code, result.params)
        units = job.units
        for key, value in result.metrics.items():
            unit, label = units.get(key if isinstance(key, str) else key[0], _NO_UNIT)
            batch.add_metric(row, key, value, unit, label)
        if batch.urgent or batch.full:
            self._hurry()


_NO_UNIT: tuple[str, str | None] = ("1", None)


def _nobody(_result: Result) -> None:
    """Take a result that nobody waits for."""


def _overdue(job: Job) -> Result:
    params: dict[str, Parameter] = {"target": job.assignment.kind, "seconds": round(job.timeout, 1)}
    return Result(State.UNKNOWN, "check.overdue", params)


def _first_problem(error: ValidationError) -> str:
    """Return field and message of the first problem, never the value: it may be a secret."""
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
