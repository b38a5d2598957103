"""A machine: its files and processes are its own, its services are watched over, and it can be reached."""

from __future__ import annotations

import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import nspawn
from lab.fixtures import Alone
from lab.forwarding import forward, keep, listen
from lab.machines import Machine
from lab.processes import LabError, Service, until
from lab.state import Lab
from lab.systemd_machines import SystemdMachine

pytestmark = pytest.mark.slow
#: Seconds to wait for what happens at once, on a machine that has other things to do.
PATIENCE = 60
#: Exit status of a program that is not there: the shell's word for it, and systemd's (EXIT_EXEC, systemd.exec(5)).
ABSENT = (127, 203)


@pytest.fixture(scope="module", params=[Machine, SystemdMachine])
def booted(laboratory: Lab, request: pytest.FixtureRequest) -> Iterator[tuple[Machine, list[str]]]:
    """Return a machine, and what ran on it before any service did."""
    if reason := request.param.systemd and nspawn.why_not():
        pytest.skip(reason)
    machine = request.param.boot(laboratory, "alpha", disks={"/srv": "size=64k"})
    yield machine, machine.others()
    machine.end()


@pytest.fixture(scope="module")
def machine(booted: tuple[Machine, list[str]]) -> Machine:
    """Return the machine."""
    return booted[0]


@pytest.fixture(scope="module")
def calm(booted: tuple[Machine, list[str]]) -> list[str]:
    """Return what runs on the machine without any service."""
    return booted[1]


def test_files_go_where_they_should_with_owner_and_mode(machine: Machine) -> None:
    machine.write("/srv/notes/åäö.txt", "hej\n", owner="nobody", mode=0o640)
    assert machine.shell("stat -c '%U %a' /srv/notes/*").split() == ["nobody", "640"]
    assert machine.read("/srv/notes/åäö.txt") == "hej\n"
    assert not Path("/srv/notes").exists()


def test_a_disk_of_its_own_can_be_full(machine: Machine) -> None:
    with pytest.raises(LabError, match="No space left"):
        machine.shell("head -c 100000 /dev/zero > /srv/large")
    machine.shell("rm /srv/large; head -c 100000 /dev/zero > /opt/large")


def test_a_command_that_fails_says_why(machine: Machine) -> None:
    with pytest.raises(LabError, match=r"alpha: ls /nowhere failed \(2\): .*No such file"):
        machine.run("ls", "/nowhere")
    for seconds in (0.0, 0.2):
        with pytest.raises(LabError, match="stopped after"):
            machine.run("sleep", "60", seconds=seconds)


def test_processes_outside_are_not_seen(machine: Machine, calm: list[str]) -> None:
    assert str(os.getpid()) not in machine.run("ls", "/proc").stdout.split()
    assert all("systemd" in line for line in calm) if machine.systemd else not calm


def test_a_crash_is_seen_and_mended_only_where_that_is_wanted(machine: Machine, calm: list[str]) -> None:
    lasting = Service("lasting", ("sleep", "1000"), restart=True)
    mortal = Service("mortal", ("sh", "-c", "echo so long; exec sleep 1000"))
    machine.start(lasting)
    until(lambda: machine.runs("lasting"), PATIENCE, "start")
    machine.start(mortal)
    until(lambda: machine.log("mortal") == "so long", PATIENCE, "its first word")
    machine.crash("lasting")
    machine.crash("mortal")
    until(lambda: machine.services()["lasting"]["starts"] == 2 and machine.runs("lasting"), PATIENCE, "a second start")
    until(lambda: machine.services()["mortal"]["exit"] == -signal.SIGKILL, PATIENCE, "its end")
    assert not machine.runs("mortal")
    assert machine.log("mortal") == "so long"
    machine.stop(lasting)
    until(lambda: machine.others() == calm, PATIENCE, "calm")


def test_a_service_that_ignores_the_polite_signal_is_stopped(machine: Machine) -> None:
    stubborn = Service("stubborn", ("sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"))
    machine.start(stubborn)
    machine.stop(stubborn, seconds=0.5)
    assert not machine.runs("stubborn")


def test_a_program_that_is_not_there_is_told_in_its_log(machine: Machine) -> None:
    machine.start(Service("absent", ("no-such-program",)))
    until(lambda: machine.services()["absent"]["exit"] in ABSENT, PATIENCE, "its end")
    until(lambda: "No such file" in machine.log("absent"), PATIENCE, "word of it")


def test_zombies_are_reaped(machine: Machine, calm: list[str]) -> None:
    machine.shell("(sleep 0.01 &) ; (sleep 0.01 &)")
    until(lambda: machine.others() == calm, PATIENCE, "the end of orphans")


def test_a_browser_outside_is_let_in(nginx: Alone) -> None:
    with forward(nginx.machine, 80) as port:
        for _ in range(3):
            assert "Norrvik" in page_at(port)


def test_a_port_that_is_kept_open_closes_when_the_machine_ends(laboratory: Lab) -> None:
    machine = Machine.boot(laboratory, "beta")
    machine.plug("lo", "10.99.0.9/32")
    machine.start(Service("page", ("/usr/bin/python3", "-m", "http.server", "80"), directory="/etc/ssl/lab"))
    with listen() as listener:
        port = listener.getsockname()[1]
        keep(listener, machine, 80)
    try:
        until(lambda: "ca.pem" in page_at(port), PATIENCE, "a page")
        assert any("lab.forwarding" in line for line in machine.others())
    finally:
        machine.end()
    with pytest.raises(OSError, match="refused"):
        page_at(port)


def test_a_port_that_is_taken_is_refused() -> None:
    with listen() as listener, pytest.raises(LabError, match="Choose another one"):
        listen(listener.getsockname()[1])


def page_at(port: int) -> str:
    """The page on a port of this system."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
        return answer.read().decode()
