"""Fixtures of pytest: one real server each, in namespaces of its own, by the name of its kind.

    def test_something(slapd: Alone) -> None:
        with slapd.network():
            ...                          # sockets made here reach the server at slapd.facts["address"]

They start once for a test file and end after it, and also when the test run is killed. Without root, or without the
program, the tests that need them are skipped and say why.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from lab import namespaces, nspawn, state
from lab.building import Premises, build
from lab.description import Office
from lab.machines import Machine
from lab.office import OFFICE
from lab.people import BRANCH
from lab.servers import Server, kinds

#: Fixtures that build large parts of the office.
LARGE = ("office", "watched_office")


@dataclass(frozen=True)
class Alone:
    """A server alone on its machine, and a client on another, with a cable between them."""

    server: Server
    machine: Machine
    client: Machine
    facts: dict[str, str]
    seconds: float
    """What it took from booting the machine's server to its first answer."""

    def network(self) -> contextlib.AbstractContextManager[None]:
        """Put the calling thread into the client's network until the block ends."""
        return self.client.network()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests in large parts of the office come first: the first of several test processes builds each once."""

    def place(item: pytest.Item) -> int:
        wanted = getattr(item, "fixturenames", ())
        return next((number for number, name in enumerate(LARGE) if name in wanted), len(LARGE))

    items.sort(key=place)


@pytest.fixture(scope="session")
def laboratory() -> Iterator[state.Lab]:
    """Return a lab of this test run; whatever is built in it ends with the run."""
    if reason := state.why_not():
        pytest.skip(reason)
    name = f"test-{os.getpid()}"
    lab = state.Lab.claim(name)
    yield lab
    state.remove(name)
    lab.release()


@contextlib.contextmanager
def alone(lab: state.Lab, server: Server) -> Iterator[Alone]:
    """Run ``server`` on a machine of its own until the block ends."""
    if reason := server.missing():
        pytest.skip(reason)
    with contextlib.ExitStack() as machines:
        machine, client = (Machine.boot(lab, name) for name in (server.kind.replace("_", "-"), "client"))
        machines.callback(machine.end)
        machines.callback(client.end)
        namespaces.join(machine.pid, "eth0", client.pid, "eth0")
        machine.plug("eth0", "10.99.0.2/24")
        client.plug("eth0", "10.99.0.3/24")
        seconds = server.start(machine, client)
        yield Alone(server, machine, client, server.facts(machine), seconds)


def _fixture(kind: type[Server]) -> Callable[..., Iterator[Alone]]:
    """The fixture for one kind of server."""

    @pytest.fixture(scope="module", name=kind.kind)
    def one(laboratory: state.Lab) -> Iterator[Alone]:
        with alone(laboratory, kind()) as running:
            yield running

    return one


# Fixtures are module attributes, and there is one for every file in lab/servers.
globals().update({f"{name}_fixture": _fixture(kind) for name, kind in kinds().items()})


@pytest.fixture(scope="session")
def office(laboratory: state.Lab) -> Iterator[Premises]:
    """Return the whole office; it takes half a minute to build, once for a test run."""
    with built(laboratory, []) as premises:
        yield premises


@pytest.fixture(scope="module")
def site(laboratory: state.Lab) -> Iterator[Premises]:
    """Return the branch alone: router with names and addresses, switch, backup, printer and a workstation."""
    with built(laboratory, [BRANCH]) as premises:
        yield premises


@contextlib.contextmanager
def built(lab: state.Lab, only: list[str], plan: Office = OFFICE) -> Iterator[Premises]:
    """Build a part of the office, as it is or as ``plan`` has it, until the block ends."""
    if reasons := [reason for reason in (nspawn.why_not(), *(kind.missing() for kind in kinds().values())) if reason]:
        pytest.skip(" ".join(reasons))
    premises = build(lab, plan, only)
    try:
        yield premises
    finally:
        premises.end()
