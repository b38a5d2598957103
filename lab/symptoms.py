"""Plain clients with which faults are seen: each tells what is wrong as a text, an empty one when all is well."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

from lab import users
from lab.building import Premises
from lab.machines import Machine
from lab.people import PEOPLE, Person

#: Where most symptoms are looked at from.
WATCH = "watch"


def failure(attempt: Callable[[], object]) -> str:
    """Try something: why it fails, or an empty text."""
    try:
        attempt()
    except Exception as error:  # every client has errors of its own
        return f"{type(error).__name__}: {error}"
    return ""


def unanswered(premises: Premises, host: str, kind: str, client: str = WATCH) -> str:
    """Ask one server as its own client does."""
    server = premises.server(host, kind)
    return failure(lambda: server.ask(premises[host], premises[client]))


def closed(client: Machine, address: str, port: int) -> str:
    """Open a TCP connection: ``refused``, ``silent`` (nothing comes back) or another reason; empty when it opens."""
    with client.network(), socket.socket() as connection:
        connection.settimeout(2)
        try:
            connection.connect((address, port))
        except ConnectionRefusedError:
            return "refused"
        except TimeoutError:
            return "silent"
        except OSError as error:
            return str(error)
    return ""


def lost(client: Machine, address: str, count: int = 10) -> int:
    """Percent of ``count`` quick pings that get no answer."""
    command = ("ping", "-q", "-n", f"-c{count}", "-i0.05", "-W1", address)
    text = client.run(*command, check=False).stdout
    found = re.search(r"([\d.]+)% packet loss", text)
    return round(float(found[1])) if found else 100


def delay(client: Machine, address: str, count: int = 10) -> float:
    """Milliseconds that large pings in close succession take on average; 0 when none comes back."""
    text = client.run("ping", "-q", "-n", f"-c{count}", "-i0.05", "-s1400", "-W2", address, check=False).stdout
    found = re.search(r"= [\d.]+/([\d.]+)/", text)
    return float(found[1]) if found else 0


def unreachable(client: Machine, address: str) -> str:
    """Ping: a word about it when nothing at all comes back."""
    return f"{address} does not answer pings" if lost(client, address, 3) == 100 else ""


def user_sees(premises: Premises, task: str, person: Person = PEOPLE[0]) -> str:
    """Let one person do one task: what goes wrong."""
    (entry,) = users.work(premises, [person], [task])
    return entry.error
