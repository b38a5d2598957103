"""The live stream: who hears of what, and what changed while a page was being made."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from drifta.kernel import live
from drifta.kernel.actor import SYSTEM, Actor

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
    hub.add(page, now[0] - 2.5)
    hub.add(late, now[0] - 1.0)
    hub.add(other, now[0] - 2.5)
    assert (heard(page), heard(late), heard(other)) == ([GOOD], [], [])
    hub._fan_out(GOOD)
    assert (heard(page), heard(late)) == ([GOOD], [GOOD])


def test_a_stranger_hears_nothing_of_another_organisation() -> None:
    stranger = live._Listener(replace(SYSTEM, organisation_ids=frozenset({2})), frozenset({"monitoring.check"}))
    hub = live.Hub()
    hub._fan_out(GOOD)
    hub.add(stranger, 0)
    hub._fan_out(GOOD)
    assert heard(stranger) == []


@pytest.mark.parametrize(
    ("given", "age"), [(b"", 0), (b"age=1.5", 1.5), (b"age=-3", 0), (b"age=x", 0), (b"age=nan", 0), (b"age=inf", 60)]
)
def test_the_age_of_a_page_is_read_and_limited(given: bytes, age: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    assert live.asked_at({"query_string": given}) == 1000.0 - age - live.ON_ITS_WAY


async def told(since: str, meanwhile: Callable[[], None]) -> bytes:
    """What the stream tells at once to a page that asks it, when something happens while it is looked up who asks."""

    def looked_up(scope: live.Scope) -> Actor:
        meanwhile()
        time.sleep(live.ON_ITS_WAY + 0.5)  # longer than a page hears back anyway
        return SYSTEM

    sent: list[bytes] = []

    async def send(message: live.MutableMapping[str, Any]) -> None:
        sent.append(message.get("body", b""))

    async def receive() -> dict[str, str]:
        await asyncio.sleep(1)
        return {"type": "http.disconnect"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "_actor_of", looked_up)
        patch.setattr(live, "hub", live.Hub())
        patch.setattr(live.hub, "start", lambda: None)
        await live.application({"query_string": since.encode(), "headers": []}, receive, send)
    return b"".join(sent)


def test_what_changes_while_it_is_looked_up_who_asks_is_told() -> None:
    answer = asyncio.run(told("subjects=monitoring.check&age=0.01", lambda: live.hub._fan_out(GOOD)))
    assert b"data: monitoring.check:7" in answer


def test_a_slow_browser_does_not_stop_the_others() -> None:
    hub, slow = live.Hub(), listener("monitoring.check")
    slow.queue = asyncio.Queue(1)
    hub.add(slow, time.monotonic())
    hub._fan_out(GOOD)
    hub._fan_out(GOOD)
    assert heard(slow) == [GOOD]
