"""Lets programs of the surrounding system into the lab: a port of 127.0.0.1 that leads to a port of a machine."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from lab.machines import Machine

PATIENCE = 5
PORTION = 65536


@contextlib.contextmanager
def forward(machine: Machine, port: int, at: int = 0) -> Iterator[int]:
    """Pass TCP connections to ``at`` (0: any free port) on 127.0.0.1 to ``port`` of a machine until the block ends.

    Returns the port on 127.0.0.1. A machine that does not answer closes the connection without a word.
    """
    with socket.create_server(("127.0.0.1", at)) as listener:
        threading.Thread(target=_accept, args=(listener, machine, port), daemon=True).start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


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
