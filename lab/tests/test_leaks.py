"""Nothing is left behind: after an orderly end, after a builder that was killed, and after a test run that was."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from lab import control_groups, machines, nspawn, processes, state
from lab.commands import main
from lab.machines import Machine
from lab.processes import Service, until
from lab.systemd_machines import SystemdMachine

COMMAND = [sys.executable, "-m", "lab", "--lab"]
#: Seconds to wait for what happens at once, on a machine that has other things to do.
PATIENCE = 120


def traces(name: str) -> list[str]:
    """Everything on this system that names the lab: processes, mounts, sockets, control groups, directories."""
    words = [" ".join(processes.command_line(pid)) for pid in processes.everyone() if pid != os.getpid()]
    mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    sockets = Path("/proc/net/unix").read_text(encoding="utf-8").splitlines()
    groups = control_groups.left(name)
    return [line for line in (*words, *mounts, *sockets, *groups, *state.labs()) if name in line]


def namespaces(pids: Iterable[int], *kinds: str) -> set[str]:
    """The namespaces of some kinds in which processes live; those that end meanwhile are left out."""
    found = set()
    for pid in pids:
        for kind in kinds:
            with contextlib.suppress(OSError):
                found.add(str(Path(f"/proc/{pid}/ns/{kind}").readlink()))
    return found


def namespaces_of_processes() -> set[str]:
    """Every network, mount and process namespace in which some process lives."""
    return namespaces(processes.everyone(), "net", "mnt", "pid")


def networks_of(name: str) -> set[str]:
    """Network namespaces of a lab's machines; one that is just starting may still be in this system's own."""
    return namespaces(processes.inits(name), "net") - namespaces([os.getpid()], "net")


def until_gone(mine: set[str]) -> None:
    """Wait until no process lives in namespaces whose machines have ended: their processes end a moment later."""
    until(lambda: not mine & namespaces_of_processes(), PATIENCE, "the end of the namespaces")


def until_swept(name: str) -> None:
    """Sweep until nothing names the lab; the last programs of a killed builder end a moment after it."""

    def swept() -> bool:
        state.sweep()
        return traces(name) == []

    until(swept, PATIENCE, f"the end of {traces(name)}")


def interfaces() -> set[str]:
    """Network interfaces of this system."""
    return {entry.name for entry in Path("/sys/class/net").iterdir()}


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the id of a lab that is removed whatever happens."""
    if reason := state.why_not() or nspawn.why_not():
        pytest.skip(reason)
    chosen = f"leak-{os.getpid()}"
    yield chosen
    state.remove(chosen)


def machines_of(name: str) -> int:
    """How many machines of the lab run."""
    return len(processes.inits(name))


@pytest.mark.slow
def test_up_and_down_leave_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = interfaces()
    assert main(["--lab", name, "up", "--only", "mail", "--drifta", "--at", "0", "--mail-at", "0"]) == 0
    assert machines_of(name) == 5
    told = capsys.readouterr().out
    (port,) = re.findall(r"Drifta watches it at http://127\.0\.0\.1:(\d+) ", told)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        assert answer.status == 200
    assert control_groups.left(name)
    mine = networks_of(name)
    assert mine <= namespaces_of_processes()
    assert main(["--lab", name, "status"]) == 0
    assert "mail              10.20.0.13" in capsys.readouterr().out
    begun = time.monotonic()
    assert main(["--lab", name, "down"]) == 0
    assert time.monotonic() - begun < 10
    assert traces(name) == []
    until_gone(mine)
    assert interfaces() == before
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/")


@pytest.mark.slow
@pytest.mark.parametrize("machines_until_then", [1, 4, 12, 18])
def test_a_builder_that_is_killed_takes_everything_with_it(name: str, machines_until_then: int) -> None:
    builder = subprocess.Popen([*COMMAND, name, "up"], stdout=subprocess.DEVNULL, cwd=machines.REPOSITORY)
    until(lambda: machines_of(name) >= machines_until_then, PATIENCE, "some machines")
    mine = networks_of(name)
    builder.send_signal(signal.SIGKILL)
    builder.wait(PATIENCE)
    until(lambda: machines_of(name) == 0, PATIENCE, "the end of the machines")
    until_gone(mine)
    until_swept(name)


@pytest.mark.slow
def test_a_program_of_this_system_in_the_network_of_a_machine_ends_with_it(name: str) -> None:
    script = (
        "import sys; from lab.state import Lab; from lab.machines import Machine;"
        "machine = Machine.boot(Lab.claim(sys.argv[1]), 'alpha');"
        "machine.outside('sh', '-c', 'sleep 1000; true', f'client-of-{sys.argv[1]}')"
    )
    builder = subprocess.Popen([sys.executable, "-c", script, name], cwd=machines.REPOSITORY)
    until(lambda: any(f"sleep 1000; true client-of-{name}" in line for line in traces(name)), PATIENCE, "the program")
    builder.kill()
    builder.wait(PATIENCE)
    until(lambda: machines_of(name) == 0, PATIENCE, "the end of the machine")
    until_swept(name)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Machine, SystemdMachine])
def test_a_machine_that_was_let_go_survives_its_builder_and_ends_with_down(name: str, kind: type[Machine]) -> None:
    script = (
        f"import sys; from lab.state import Lab; from {kind.__module__} import {kind.__name__} as kind;"
        "kind.boot(Lab.claim(sys.argv[1]), 'alpha').let_go()"
    )
    subprocess.run([sys.executable, "-c", script, name], check=True, cwd=machines.REPOSITORY)
    assert machines_of(name) == 1
    state.remove(name)
    assert traces(name) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Machine, SystemdMachine])
def test_two_labs_do_not_disturb_one_another(name: str, kind: type[Machine]) -> None:
    other = f"{name}-b"
    sleeper = Service("sleeper", ("sleep", "1000"))
    labs = [state.Lab.claim(one) for one in (name, other)]
    one, two = (kind.boot(lab, "alpha") for lab in labs)
    try:
        for machine in (one, two):
            machine.plug("lo", "10.20.0.11/32")
            machine.start(sleeper)
        one.write("/etc/greeting", "hej")
        assert two.run("cat", "/etc/greeting", check=False).returncode != 0
        assert not Path("/etc/greeting").exists()
        two.stop(sleeper)
        assert one.runs("sleeper")
        state.remove(other)
        assert one.read("/etc/greeting") == "hej"
        assert one.runs("sleeper")
    finally:
        one.end()
        state.remove(other)


@pytest.mark.slow
def test_a_lab_that_is_up_is_not_built_again(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    machine = machines.Machine.boot(state.Lab.claim(name), "alpha")
    assert main(["--lab", name, "up"]) == 1
    assert "is being built right now" in capsys.readouterr().err
    assert main(["--lab", name, "down"]) == 1
    assert f"Process {os.getpid()} holds the lab" in capsys.readouterr().err
    machine.end()


def waits_for_a_lock(pid: int) -> bool:
    """Whether a process is held up by a lock on a file that another one has (proc_locks(5))."""
    lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    return any("->" in line.split() and str(pid) in line.split() for line in lines)


@pytest.mark.slow
def test_a_lab_that_is_just_being_claimed_is_not_swept_away(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sweepers: list[subprocess.Popen[bytes]] = []
    lock_now = fcntl.flock

    def sweep_meanwhile(lock: int, how: int) -> None:
        if Path(f"/proc/self/fd/{lock}").readlink().parent.name == name:
            words = [sys.executable, "-c", "from lab import state; state.sweep()"]
            sweepers.append(sweeper := subprocess.Popen(words, cwd=machines.REPOSITORY))
            until(lambda: sweeper.poll() is not None or waits_for_a_lock(sweeper.pid), PATIENCE, "another's sweep")
        lock_now(lock, how)

    monkeypatch.setattr(fcntl, "flock", sweep_meanwhile)
    lab = state.Lab.claim(name)
    assert [sweeper.wait(PATIENCE) for sweeper in sweepers] == [0]
    assert lab.home.is_dir()
    lab.release()


def test_without_root_the_reason_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(["status"]) == 1
    assert "only root may" in capsys.readouterr().err
