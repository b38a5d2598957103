"""The guide's way to a server, on a machine with systemd: its unit starts Drifta, starts it anew, and stops it."""

import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lab import nspawn
from lab.processes import until
from lab.state import Lab
from lab.systemd_machines import SystemdMachine

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parent.parent
GUIDE = REPOSITORY / "docs" / "guide" / "install.md"
PROGRAM = f"{sys.executable} -m drifta.site"
PATIENCE = 240


def unit() -> str:
    """The unit as the guide has it; only the program is the one of these tests."""
    text: str = re.findall(r"drifta.service`:\n\n```ini\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[0]
    assert text.count("/opt/drifta/bin/drifta") == 1
    started = text.replace("/opt/drifta/bin/drifta", PROGRAM)
    return started.replace("[Service]\n", f"[Service]\nEnvironment=PYTHONPATH={REPOSITORY / 'src'}\n")


def command(line: str) -> list[str]:
    """A command of the guide, which must stand in it word for word."""
    assert f"    {line}\n" in GUIDE.read_text(encoding="utf-8")
    return shlex.split(line)


@pytest.fixture
def server(laboratory: Lab) -> Iterator[SystemdMachine]:
    """A machine on which nothing was installed but Python."""
    if reason := nspawn.why_not():
        pytest.skip(reason)
    machine = SystemdMachine.boot(laboratory, "server", disks={"/var/lib/drifta": "size=600m"})
    machine.shell("userdel drifta 2>/dev/null || true")
    for place in Path(sys.base_prefix).parents:  # the interpreter may lie in somebody's home here
        machine.run("chmod", "a+x", str(place), check=False)
    yield machine
    machine.end()


def show(machine: SystemdMachine, name: str) -> str:
    """One property of the unit."""
    return machine.run("systemctl", "show", "--value", f"--property={name}", "drifta").stdout.strip()


def ready(machine: SystemdMachine) -> Callable[[], bool]:
    """Whether Drifta answers that it can work."""
    ask = ("curl", "-fsS", "http://127.0.0.1:8000/readyz")
    return lambda: machine.run(*ask, check=False).returncode == 0


def greeting(machine: SystemdMachine) -> str:
    """What is said to whoever brings mail."""
    talk = "import socket; print(socket.create_connection(('127.0.0.1', 25), 5).recv(100).decode())"
    return machine.run("/usr/bin/python3", "-c", talk).stdout


def test_the_unit_of_the_guide_runs_drifta(server: SystemdMachine) -> None:
    server.run(*command("useradd --system --home-dir /var/lib/drifta --shell /usr/sbin/nologin drifta"))
    server.write("/etc/systemd/system/drifta.service", unit())
    server.run("systemctl", "daemon-reload")
    server.run(*command("systemctl enable --now drifta"))
    until(ready(server), PATIENCE, "Drifta")
    until(lambda: "/setup/" in server.run("journalctl", "-u", "drifta").stdout, PATIENCE, "the sign-up link")
    owners = set(server.run("ps", "-o", "user=", "-C", "postgres,drifta").stdout.split())
    assert owners == {"drifta"}
    assert greeting(server).startswith("220 ")

    server.run("kill", "-KILL", show(server, "MainPID"))
    until(lambda: show(server, "NRestarts") == "1", PATIENCE, "a new start")
    until(ready(server), PATIENCE, "Drifta after it was killed")

    begun = time.monotonic()
    server.run("systemctl", "stop", "drifta")
    assert time.monotonic() - begun < 30
    assert (show(server, "Result"), show(server, "ExecMainStatus")) == ("success", "0")
    assert server.run("pgrep", "-u", "drifta", check=False).stdout == ""
