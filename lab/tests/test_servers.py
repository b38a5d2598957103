"""The contract of every server: it starts, answers a real client, stops, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.fixtures import alone
from lab.machines import Machine
from lab.processes import Ended, Service, until
from lab.servers import Server, kinds
from lab.state import Lab

PACKAGES = Path(__file__).resolve().parent.parent / "packages.txt"
KINDS = kinds()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_it_starts_answers_stops_and_starts_again(laboratory: Lab, kind: type[Server]) -> None:
    with alone(laboratory, kind()) as running:
        running.server.ask(running.machine, running.client)
        running.server.stop(running.machine)
        until(lambda: running.machine.others() == [], 60, f"the end of {running.machine.others()}")
        with pytest.raises(Exception):  # noqa: B017, PT011 - every client has errors of its own
            running.server.ask(running.machine, running.client)
        running.server.run(running.machine, running.client)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_it_says_what_it_needs_and_gives(kind: type[Server]) -> None:
    listed = [line.partition("#")[0].strip() for line in PACKAGES.read_text(encoding="utf-8").splitlines()]
    assert set(kind.packages) <= set(listed)
    assert kind.__module__ == f"lab.servers.{kind.kind}"
    assert kind.__doc__


@pytest.mark.slow
def test_a_server_that_ends_is_told_of_at_once_with_its_last_words(laboratory: Lab) -> None:
    class Broken(Server):
        kind = "broken"

        def prepare(self, machine: Machine) -> None:
            pass

        def services(self, machine: Machine) -> list[Service]:
            return [Service("broken", ("sh", "-c", "echo no such port; exit 3"))]

        def ask(self, machine: Machine, client: Machine) -> None:
            raise ConnectionRefusedError

    with pytest.raises(Ended, match="no such port"), alone(laboratory, Broken()):
        pass
