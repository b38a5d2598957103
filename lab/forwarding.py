"""Lets programs of the surrounding system into the lab: a port of 127.0.0.1 that leads to a port of a machine."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from lab import namespaces
from lab.machines import ENVIRONMENT, Machine
from lab.processes import LabError

PATIENCE = 5
PORTION = 65536


def listen(at: int = 0) -> socket.socket:
    """Take the port ``at`` (0: any free one) of 127.0.0.1; raises ``LabError`` when somebody else has it."""
    try:
        return socket.create_server(("127.0.0.1", at))
    except OSError as error:
        raise LabError(
            f"Port {at} of 127.0.0.1 cannot be used ({error.strerror}). Choose another one; 0 takes any that is free."
        ) from error


@contextlib.contextmanager
def forward(machine: Machine, port: int, at: int = 0) -> Iterator[int]:
    """Pass TCP connections to ``at`` (0: any free port) on 127.0.0.1 to ``port`` of a machine until the block ends.

    Returns the port on 127.0.0.1. A machine that does not answer closes the connection without a word.
    """
    with listen(at) as listener:
        threading.Thread(target=_accept, args=(listener, machine, port), daemon=True).start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def keep(listener: socket.socket, machine: Machine, port: int) -> None:
    """Pass connections on in the background for as long as the machine lives; returns at once.

    The process that does it is numbered among the machine's processes, so the kernel ends it together with them.
    """
    order = (machine.name, str(machine.pid), machine.address, str(port), str(listener.fileno()))
    nothing = subprocess.DEVNULL
    subprocess.run(
        [sys.executable, "-m", "lab.forwarding", *order],
        pass_fds=[listener.fileno()],
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        env=ENVIRONMENT,
        check=True,
    )


def main(words: list[str]) -> None:
    """Become what ``keep`` wants: machine, its process 1, its address, its port, and the number of the listener."""
    name, pid, address, port, handle = words
    listener = socket.socket(fileno=int(handle))
    namespaces.enter_processes(int(pid))
    if os.fork():
        return
    os.setsid()
    os.chdir("/")
    _accept(listener, Machine(name, int(pid), Path("/"), address), int(port))


def _accept(listener: socket.socket, machine: Machine, port: int) -> None:
    """Take connections until the listener is closed."""
    with contextlib.suppress(OSError):
        while True:
            caller, _ = listener.accept()
            threading.Thread(target=_connect, args=(caller, machine, port), daemon=True).start()


def _connect(caller: socket.socket, machine: Machine, port: int) -> None:
    """Carry one connection in both directions until both are done."""
    with caller, contextlib.suppress(OSError):
        with machine.network():
            called = socket.create_connection((machine.address, port), PATIENCE)
        called.settimeout(None)
        with called:
            back = threading.Thread(target=_carry, args=(called, caller), daemon=True)
            back.start()
            _carry(caller, called)
            back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    """Copy what comes, then tell the other end that no more will come."""
    with contextlib.suppress(OSError):
        while data := source.recv(PORTION):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    main(sys.argv[1:])
