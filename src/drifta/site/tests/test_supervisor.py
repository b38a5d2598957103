"""The supervisor with small processes of its own: restarts, clean stops, killed parents."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HOUSE = """
import os, signal, subprocess, sys, time
from pathlib import Path
from drifta.site.commands.words import Trouble
from drifta.site.supervisor import supervisor
from drifta.site.supervisor.supervisor import Part, Supervisor

supervisor.CLEAN_STOP = 600
folder = Path(sys.argv[1])

def note(name):
    (folder / f"{name}.{os.getpid()}").write_text("")

def steady():
    def stop(*_):
        (folder / "stopped").write_text("")
        sys.exit(0)
    signal.signal(signal.SIGTERM, stop)
    note("steady")
    while True:
        time.sleep(60)

def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    grandchild = subprocess.Popen(["sleep", "600"])
    (folder / f"grandchild.{grandchild.pid}").write_text("")
    note("stubborn")
    while True:
        time.sleep(60)

def failing():
    note("failing")
    raise RuntimeError("no reason")

runs = {"steady": steady, "stubborn": stubborn, "failing": failing}
parts = [Part(name, runs[name], lambda name=name: any(folder.glob(f"{name}.*"))) for name in sys.argv[2:]]
if "failing" in sys.argv:
    parts[-1].answers = lambda: False
try:
    Supervisor(parts, lambda: None).run(lambda: print("ready", flush=True))
except Trouble as trouble:
    print(trouble, file=sys.stderr)
    sys.exit(1)
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return what starts a house with the named parts; whatever is left of it is killed at the end."""
    begun: list[subprocess.Popen[str]] = []

    def begin(*names: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HOUSE, str(tmp_path), *names]
        begun.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def pids(folder: Path, name: str) -> list[int]:
    """Process ids that the part ``name`` has had."""
    return [int(path.suffix[1:]) for path in folder.glob(f"{name}.*")]


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for ``condition``, at most ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def ready(house: subprocess.Popen[str]) -> None:
    """Wait for the ready line."""
    assert house.stdout is not None
    assert house.stdout.readline() == "ready\n"


def test_what_dies_is_started_again_with_one_line(start: Start, tmp_path: Path) -> None:
    house = start("steady")
    ready(house)
    (first,) = pids(tmp_path, "steady")
    os.kill(first, signal.SIGKILL)
    until(lambda: len(pids(tmp_path, "steady")) == 2)
    house.terminate()
    _out, said = house.communicate(timeout=60)
    assert "The steady process ended (SIGKILL). It starts again in" in said
    assert len(said.splitlines()) == 1


def test_a_signal_stops_cleanly(start: Start, tmp_path: Path) -> None:
    house = start("steady")
    ready(house)
    house.send_signal(signal.SIGINT)
    assert house.wait(60) == 0
    assert (tmp_path / "stopped").exists()
    assert not any(alive(pid) for pid in pids(tmp_path, "steady"))


def test_a_killed_parent_leaves_nothing_behind(start: Start, tmp_path: Path) -> None:
    house = start("steady", "stubborn")
    ready(house)
    house.kill()
    left = [*pids(tmp_path, "steady"), *pids(tmp_path, "stubborn"), *pids(tmp_path, "grandchild")]
    assert len(left) == 3
    until(lambda: not any(alive(pid) for pid in left))


def test_impatience_kills_what_does_not_stop(start: Start, tmp_path: Path) -> None:
    house = start("stubborn")
    ready(house)
    house.send_signal(signal.SIGINT)
    end = time.monotonic() + 60
    while house.poll() is None and time.monotonic() < end:
        house.send_signal(signal.SIGINT)
        time.sleep(0.05)
    assert house.wait(1) == 0
    # A grandchild is nobody's here to wait for: it is killed when the house ends, and gone a moment later.
    until(lambda: not any(alive(pid) for pid in [*pids(tmp_path, "stubborn"), *pids(tmp_path, "grandchild")]))


def test_what_never_starts_ends_the_attempt(start: Start, tmp_path: Path) -> None:
    house = start("steady", "failing")
    _out, said = house.communicate(timeout=60)
    assert house.returncode == 1
    assert said.splitlines()[-1] == "The failing process does not start; the lines above say why."
    assert "RuntimeError: no reason" in said
    assert not any(alive(pid) for pid in pids(tmp_path, "steady"))
