"""The scheduler with kinds and a clock made for the test: when runs begin, and what becomes of their results."""

import asyncio
import itertools
import time
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from drifta.probe import scheduler as module
from drifta.probe.assignment import Assignment, Assignments, merge
from drifta.probe.batch import CHANGED, DEMANDED, FLAPPING, HARD, LATE
from drifta.probe.check import BatchedCheck, Check, CheckSettings, Done, Metric, Result, State
from drifta.probe.registry import Kinds
from drifta.probe.scheduler import Scheduler
from drifta.probe.state import Standing
from drifta.probe.tests.leaping import run_in_leaps

#: How long a check that is due at once is gathered with others, in seconds.
TICK = module._TICK


class PlaySettings(CheckSettings):
    """What the play kind does."""

    states: list[int] = [0]
    seconds: float = 0.0
    password: SecretStr = SecretStr("")


class Play(Check[PlaySettings]):
    """Plays given states and notes when it ran."""

    kind = "play"
    label = icon = description = "play"
    texts = {"play.state": "State %(state)s"}
    metrics = (Metric("time", "s", "time"),)
    Settings = PlaySettings
    begun: list[float] = []
    running = 0
    most = 0

    async def run(self, settings: PlaySettings, timeout: float) -> Result:
        cls = type(self)
        state = settings.states[min(len(cls.begun), len(settings.states) - 1)]
        cls.begun.append(now())
        cls.running += 1
        cls.most = max(cls.most, cls.running)
        await asyncio.sleep(settings.seconds)
        cls.running -= 1
        return Result(State(state), "play.state", {"state": state}, {"time": 0.5, "odd": float("nan")})


class Hot(BatchedCheck[PlaySettings]):
    """A batched kind that raises, never ends, or ends twice."""

    kind = "hot"
    label = icon = description = "hot"
    texts: dict[str, str] = {}
    metrics = ()
    Settings = PlaySettings

    def start(self, settings: PlaySettings, timeout: float, done: Done) -> None:
        if settings.states == [9]:
            raise RuntimeError("broken")
        if settings.states == [8]:
            return
        done(Result(State.GOOD, "timeout"))
        done(Result(State.BAD, "timeout"))


class Stage:
    """A scheduler, its rows so far, and waiting for conditions."""

    def __init__(self, **options: Any) -> None:
        kinds = Kinds()
        kinds._loaded = True
        kinds.register(Play)
        kinds.register(Hot)
        Play.begun, Play.running, Play.most = [], 0, 0
        self.hurried = 0
        self.scheduler = Scheduler(kinds, self._hurry, **options)
        self.current: dict[int, Assignment] = {}

    def _hurry(self) -> None:
        self.hurried += 1

    def assign(self, *checks: Assignment) -> None:
        self.current = merge(self.current, Assignments(revision="1", checks=list(checks)))
        self.scheduler.assign(self.current)

    @property
    def flags(self) -> list[int]:
        return list(self.scheduler.batch.flags)

    @property
    def states(self) -> list[int]:
        return list(self.scheduler.batch.state)

    async def rows(self, count: int, seconds: float = 5.0) -> None:
        await until(lambda: len(self.scheduler.batch) >= count, seconds)


def now() -> float:
    return asyncio.get_running_loop().time()


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


def check(identifier: int = 1, kind: str = "play", **changes: Any) -> Assignment:
    values: dict[str, Any] = {
        "version": 1,
        "settings": {},
        "interval": 0.1,
        "timeout": 5.0,
        "retries": 0,
        "retry_interval": 0.02,
    }
    return Assignment(id=identifier, kind=kind, **values | changes)


def play(work: Callable[[Stage], Any], **options: Any) -> None:
    async def go() -> None:
        stage = Stage(**options)
        try:
            await work(stage)
        finally:
            stage.scheduler.stop()

    run_in_leaps(go())


def test_a_new_check_runs_at_once_and_then_in_its_rhythm() -> None:
    async def work(stage: Stage) -> None:
        began = now()
        stage.assign(check(interval=0.2))
        await stage.rows(5)
        assert Play.begun[0] - began == pytest.approx(TICK)
        gaps = [late - early for early, late in itertools.pairwise(Play.begun[1:])]
        assert gaps == pytest.approx([0.2] * 3)
        batch = stage.scheduler.batch
        assert list(batch.check) == [1] * 5
        assert abs(batch.time[0] / 1000 - time.time()) < 5
        assert [flags & CHANGED for flags in batch.flags] == [CHANGED, 0, 0, 0, 0]
        assert list(batch.texts) == [0]
        assert stage.hurried

    play(work)


def test_a_slow_check_never_runs_twice_at_once_and_missed_runs_are_counted() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check(interval=0.05, settings={"seconds": 0.12}))
        await until(lambda: len(Play.begun) >= 4)
        assert Play.most == 1
        assert stage.scheduler.statistics.skipped > 2

    play(work)


def test_soft_states_are_retried_sooner_until_hard() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check(interval=0.5, retries=2, settings={"states": [2]}))
        await stage.rows(3)
        batch = stage.scheduler.batch
        assert Play.begun[2] - Play.begun[0] == pytest.approx(2 * TICK)
        assert list(batch.attempt) == [1, 2, 3]
        assert [flags & HARD for flags in batch.flags] == [0, 0, HARD]
        assert [flags & CHANGED for flags in batch.flags] == [CHANGED, 0, CHANGED]
        assert sorted(batch.texts) == [0, 2]
        await stage.rows(4)
        assert Play.begun[3] - (Play.begun[0] - TICK) > 0.5 / 2

    play(work)


def test_run_now_runs_once_at_once_and_carries_its_token() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check(interval=60.0))
        await stage.rows(1)
        asked = now()
        for _ in range(3):
            stage.assign(check(interval=60.0, run_now="token-a"))
        await stage.rows(2)
        assert Play.begun[-1] - asked == pytest.approx(TICK)
        stage.assign(check(interval=60.0, run_now="token-b"))
        await stage.rows(3)
        batch = stage.scheduler.batch
        assert batch.runs == {1: "token-a", 2: "token-b"}
        assert [flags & DEMANDED for flags in batch.flags] == [0, DEMANDED, DEMANDED]

    play(work)


def test_run_now_during_a_run_runs_again_afterwards() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check(interval=60.0, settings={"seconds": 0.1}))
        await until(lambda: Play.running == 1)
        stage.assign(check(interval=60.0, settings={"seconds": 0.1}, run_now="x"))
        await stage.rows(2)
        assert stage.scheduler.batch.runs == {1: "x"}
        assert Play.most == 1

    play(work)


def test_a_change_during_a_run_makes_its_result_void() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check(settings={"states": [2], "seconds": 0.2}))
        await until(lambda: Play.running == 1)
        stage.assign(check(version=2, settings={"states": [0]}))
        await stage.rows(1)
        assert stage.states[0] == State.GOOD
        assert Play.most == 1

    play(work)


def test_a_check_that_was_taken_away_leaves_no_rows() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check(1, settings={"seconds": 0.1}), check(2, kind="hot"))
        await until(lambda: Play.running == 1)
        stage.assign(check(2, kind="hot"))
        await until(lambda: Play.running == 0)
        await stage.rows(3)
        assert set(stage.scheduler.batch.check) == {2}

    play(work)


@pytest.mark.parametrize(
    ("assignment", "code"),
    [
        (check(kind="unheard-of"), "kind.unknown"),
        (check(settings={"states": "no list", "password": "hunter2"}), "settings.invalid"),
        (check(settings={"hunter2": 1}), "settings.invalid"),
        (check(kind="hot", settings={"states": [9]}), "check.failed"),
        (check(settings={"states": [77]}), "check.failed"),
    ],
)
def test_what_cannot_run_is_unknown_and_says_why_without_values(assignment: Assignment, code: str) -> None:
    async def work(stage: Stage) -> None:
        stage.assign(assignment, check(2, kind="hot"))
        await until(lambda: {1, 2} <= set(stage.scheduler.batch.check))
        batch = stage.scheduler.batch
        row = list(batch.check).index(1)
        assert batch.state[row] == State.UNKNOWN
        assert batch.texts[row][0] == code
        if code == "settings.invalid" and "password" in assignment.settings:
            assert "hunter2" not in str(batch.texts[row])

    play(work)


def test_a_check_that_ends_twice_counts_once() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check(kind="hot"))
        await stage.rows(2)
        assert set(stage.states) == {State.GOOD}

    play(work)


def test_a_check_that_does_not_end_is_ended() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check(interval=60.0, timeout=0.1, settings={"seconds": 60.0}))
        await stage.rows(1)
        assert stage.scheduler.batch.texts[0][0] == "check.overdue"

    play(work)


def test_a_batched_check_that_never_ends_is_swept_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SWEEP", 0.1)

    async def work(stage: Stage) -> None:
        stage.assign(check(kind="hot", interval=60.0, timeout=0.1, settings={"states": [8]}))
        await stage.rows(1)
        assert stage.scheduler.batch.texts[0][0] == "check.overdue"
        assert stage.scheduler.in_flight == 0

    play(work)


def test_no_more_than_allowed_run_at_once() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(*(check(number, interval=60.0, settings={"seconds": 0.05}) for number in range(1, 31)))
        await stage.rows(30)
        assert Play.most == 4
        assert max(stage.scheduler.statistics.lateness) > 0.2

    play(work, most_in_flight=4)


def test_many_checks_begin_spread_out() -> None:
    async def work(stage: Stage) -> None:
        began = now()
        stage.assign(*(check(number, interval=60.0) for number in range(1, 501)))
        await stage.rows(500)
        late = [moment - began for moment in Play.begun]
        assert 0.9 < max(late) <= 1 + TICK
        assert 200 < sum(moment < 0.5 for moment in late) < 300

    play(work)


def test_flags_for_flapping_and_late() -> None:
    async def work(stage: Stage) -> None:
        stage.scheduler.cut_off = True
        stage.assign(check(interval=0.01, settings={"states": [0, 2] * 10 + [0]}))
        await stage.rows(15)
        assert all(flags & LATE for flags in stage.flags)
        assert stage.flags[14] & FLAPPING

    play(work)


def test_a_restart_goes_on_where_it_was() -> None:
    async def work(stage: Stage) -> None:
        stage.scheduler.restore(
            {1: ("play", Standing(State.BAD, False, 2, False, 1)), 2: ("other", Standing(State.BAD))}
        )
        stage.assign(
            check(1, interval=60.0, retries=2, settings={"states": [2]}),
            check(2, interval=60.0, settings={"states": [2]}, retries=5),
        )
        await stage.rows(2)
        batch = stage.scheduler.batch
        rows = dict(zip(batch.check, zip(batch.attempt, batch.flags, strict=True), strict=True))
        assert rows[1] == (3, HARD | CHANGED)
        assert rows[2][0] == 1
        assert stage.scheduler.standings()[1][1].hard

    play(work)


def test_refresh_sends_states_and_texts_anew() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check(interval=0.05))
        await stage.rows(3)
        stage.scheduler.refresh()
        count = len(stage.scheduler.batch)
        await stage.rows(count + 2)
        assert stage.flags[count] & CHANGED or stage.flags[count + 1] & CHANGED
        assert len(stage.scheduler.batch.texts) == 2

    play(work)


def test_only_finite_metrics_are_kept() -> None:
    async def work(stage: Stage) -> None:
        stage.assign(check())
        await stage.rows(2)
        columns = stage.scheduler.batch._columns
        assert [(column.name, column.values) for column in columns.values()] == [("time", array("d", [0.5, 0.5]))]

    play(work)
