"""The live stream: who hears of what, and what changed while a page was being made."""

import asyncio
import time
from dataclasses import replace

import pytest

from drifta.kernel import live
from drifta.kernel.actor import SYSTEM

GOOD = live.Notice(0, "monitoring.check:7", 1)


def listener(*subjects: str) -> live._Listener:
    return live._Listener(SYSTEM, frozenset(subjects))


def heard(one: live._Listener) -> list[live.Notice]:
    return [one.queue.get_nowait() for _ in range(one.queue.qsize())]


def test_a_page_hears_what_changed_since_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    hub, now = live.Hub(), [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    hub._fan_out(GOOD)
    now[0] += 2
    page, late, other = listener("monitoring.check"), listener("monitoring.check:7"), listener("desk.ticket")
    hub.add(page, 2.5)
    hub.add(late, 1.0)
    hub.add(other, 2.5)
    assert (heard(page), heard(late), heard(other)) == ([GOOD], [], [])
    hub._fan_out(GOOD)
    assert (heard(page), heard(late)) == ([GOOD], [GOOD])


def test_a_stranger_hears_nothing_of_another_organisation() -> None:
    stranger = live._Listener(replace(SYSTEM, organisation_ids=frozenset({2})), frozenset({"monitoring.check"}))
    hub = live.Hub()
    hub._fan_out(GOOD)
    hub.add(stranger, 60)
    hub._fan_out(GOOD)
    assert heard(stranger) == []


@pytest.mark.parametrize(
    ("given", "age"), [(b"", 0), (b"age=1.5", 1.5), (b"age=-3", 0), (b"age=x", 0), (b"age=inf", 60)]
)
def test_the_age_of_a_page_is_read_and_limited(given: bytes, age: float) -> None:
    assert min(live.age({"query_string": given}), live.REMEMBERED) == age


def test_a_slow_browser_does_not_stop_the_others() -> None:
    hub, slow = live.Hub(), listener("monitoring.check")
    slow.queue = asyncio.Queue(1)
    hub.add(slow)
    hub._fan_out(GOOD)
    hub._fan_out(GOOD)
    assert heard(slow) == [GOOD]
