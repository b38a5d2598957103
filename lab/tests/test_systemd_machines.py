"""A machine with systemd is what a technician expects of a server; where there can be none, the reason is told."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import control_groups, nspawn
from lab.control_groups import Hierarchy
from lab.processes import LabError, Service, until
from lab.servers.nginx import Nginx
from lab.servers.sshd import Sshd, command
from lab.state import Lab
from lab.systemd_machines import UNITS, SystemdMachine, definition

#: Seconds to wait for what happens at once, on a machine that has other things to do.
PATIENCE = 60
HOG = Service("hog", ("python3", "-c", "import time; hoard = bytearray(80_000_000); time.sleep(1000)"))


@pytest.fixture(scope="module")
def server(laboratory: Lab) -> Iterator[SystemdMachine]:
    """Return a web server that technicians reach with ssh."""
    if reason := nspawn.why_not() or Nginx.missing() or Sshd.missing():
        pytest.skip(reason)
    booted = SystemdMachine.boot(laboratory, "beta")
    Sshd().start(booted)
    Nginx().start(booted)
    yield booted
    booted.end()


def by_ssh(server: SystemdMachine, words: str, account: str = "root") -> str:
    """What a technician sees who signs in and runs a command."""
    return server.outside(*command(server, account), words, check=False).stdout.strip()


def wait_for_word(server: SystemdMachine, name: str, word: str) -> None:
    """Wait until a service has said something."""
    until(lambda: server.log(name, 1) == word, PATIENCE, f"the word {word} of {name}")


@pytest.mark.slow
def test_nothing_of_the_surrounding_system_runs_and_nothing_has_failed(server: SystemdMachine) -> None:
    assert server.run("systemctl", "is-system-running", check=False).stdout.strip() == "running"
    units = server.run("systemctl", "list-units", "--type=service", "--state=running", "--plain", "--no-legend").stdout
    names = {line.split()[0] for line in units.splitlines()}
    own = {"dbus.service", "systemd-journald.service", "systemd-logind.service"}
    assert names - own == {"nginx.service", "sshd.service"}


@pytest.mark.slow
def test_a_technician_sees_and_does_by_ssh_what_is_true(server: SystemdMachine) -> None:
    assert "active (running)" in by_ssh(server, "systemctl status nginx", "drift")
    assert by_ssh(server, "systemctl is-enabled nginx") == "enabled"
    assert "Started nginx.service" in by_ssh(server, "journalctl --unit=nginx", "drift")
    assert by_ssh(server, "systemctl stop nginx; systemctl is-active nginx") == "inactive"
    assert not server.runs("nginx")
    assert by_ssh(server, "systemctl start nginx; systemctl is-active nginx") == "active"
    assert server.runs("nginx")
    Nginx().run(server)


@pytest.mark.slow
def test_a_restart_of_sshd_spares_the_session_that_asks_for_it(server: SystemdMachine) -> None:
    before = server.services()["sshd"]["pid"]
    assert by_ssh(server, "systemctl restart sshd; echo still here") == "still here"
    assert server.services()["sshd"]["pid"] not in (0, before)
    Sshd().run(server)


@pytest.mark.slow
def test_restarts_are_counted_and_the_journal_holds_what_was_said(server: SystemdMachine) -> None:
    talker = Service("talker", ("sh", "-c", "echo god morgon; exec sleep 1000"), restart=True)
    server.start(talker)
    wait_for_word(server, "talker", "god morgon")
    server.crash("talker")
    until(lambda: server.services()["talker"]["starts"] == 2 and server.runs("talker"), PATIENCE, "a second start")
    assert by_ssh(server, "systemctl show --value --property=NRestarts talker") == "1"
    said = "code=killed, status=9/KILL"
    until(lambda: said in by_ssh(server, "journalctl --unit=talker"), PATIENCE, "word of its end")
    server.stop(talker)


@pytest.mark.slow
def test_a_memory_limit_kills(server: SystemdMachine) -> None:
    if "memory" not in server.shell("ls /sys/fs/cgroup; cat /sys/fs/cgroup/cgroup.controllers 2>&1 || true").split():
        pytest.skip("Control groups of this system cannot limit memory.")
    server.start(HOG)
    server.stop(HOG)
    server.write(f"{UNITS}/hog.service.d/limit.conf", "[Service]\nMemoryMax=30M\n")
    server.start(HOG)
    until(lambda: server.services()["hog"]["exit"] == -signal.SIGKILL, PATIENCE, "the end of the hog")
    server.run("systemctl", "reset-failed")


@pytest.mark.slow
def test_a_service_that_has_changed_starts_as_it_is_now(server: SystemdMachine) -> None:
    for word in ("old", "new"):
        service = Service("changing", ("sh", "-c", f"echo {word}; exec sleep 1000"))
        server.start(service)
        wait_for_word(server, "changing", word)
        server.stop(service)


def test_words_of_a_command_reach_the_program_as_they_are() -> None:
    awkward = Service("awkward", ("printf", "50 %", "$HOME", 'say "hi"', "back\\slash"), environment={"RATE": "5 %"})
    text = definition(awkward)
    assert 'ExecStart="printf" "50 %%" "$$HOME" "say \\"hi\\"" "back\\\\slash"\n' in text
    assert 'Environment="RATE=5 %%"\n' in text


def test_where_systemd_cannot_run_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(nspawn.ENVIRONMENT, "PATH", "/nowhere")
    with pytest.raises(LabError, match=r"The machine gamma cannot have systemd: .*Run: make packages"):
        SystemdMachine.boot(Lab("none", -1), "gamma")
    monkeypatch.undo()
    monkeypatch.setattr(control_groups, "hierarchies", lambda: [Hierarchy(Path("/nowhere"), "name=systemd")])
    with pytest.raises(LabError, match=r"cannot have systemd: .*control groups .* below /nowhere"):
        SystemdMachine.boot(Lab("none", -1), "gamma")
