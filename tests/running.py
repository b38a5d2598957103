"""A whole Drifta for tests: started as users start it, in a data directory of its own, on free ports."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

#: Seconds that a start may take on a busy machine.
PATIENCE = 240


#: Below those that the kernel gives to whoever asks for any port, so that none is taken before it is listened on.
_PORTS = range(10_000, 30_000)
_given: set[int] = set()


def free_port() -> int:
    """Return a TCP port that nobody listens on now, and never one twice."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port


def until(condition: Callable[[], object], seconds: float = 90, what: str = "it") -> None:
    """Wait for a condition; fails the test when it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.03)


@dataclass
class Running:
    """A running Drifta: where it answers, where its data lie, and what it has printed."""

    url: str
    smtp_port: int
    data: Path
    process: "subprocess.Popen[str]"
    lines: list[str] = field(default_factory=list)

    @property
    def sign_up(self) -> str:
        """The one-time link of the first start."""
        found = re.search(r"http\S+/setup/\S+", "\n".join(self.lines))
        assert found, self.lines
        return found.group()

    def stop(self) -> int:
        """Stop as Ctrl-C does and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(90)

    def command(self, *arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
        """Run a ``drifta`` command on the same data directory."""
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            [sys.executable, "-m", "drifta.site", *arguments, "--data", str(self.data)],
            env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False, **options,
        )  # fmt: skip


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without what would point Drifta at the tests' own database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DRIFTA_")}
    return {**kept, "PYTHONUNBUFFERED": "1", "LANG": "C.UTF-8", **more}


@contextmanager
def drifta(*arguments: str, data: Path | None = None) -> Iterator[Running]:
    """Run ``drifta up`` until the block ends; without ``data`` in a directory that is removed afterwards."""
    folder = data or Path(tempfile.mkdtemp(prefix="drifta-house-", dir="/tmp"))
    folder.chmod(0o755)
    port, smtp_port = free_port(), free_port()
    command = [sys.executable, "-m", "drifta.site", "up", "--data", str(folder), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--smtp-port", str(smtp_port), *arguments],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    running = Running(f"http://127.0.0.1:{port}", smtp_port, folder, process)
    Thread(target=_collect, args=(running,), daemon=True).start()
    try:
        _wait_until_ready(running)
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(90)
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _collect(running: Running) -> None:
    assert running.process.stdout is not None
    for line in running.process.stdout:
        running.lines.append(line.rstrip())


def _wait_until_ready(running: Running) -> None:
    def ready() -> bool:
        assert running.process.poll() is None, "\n".join(running.lines[-30:])
        return any("Drifta is ready at" in line for line in running.lines)

    until(ready, PATIENCE, "the ready line: " + "\n".join(running.lines[-5:]))
