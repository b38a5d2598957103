"""The processes of ``drifta up``: what each runs, and how one sees from outside that it works."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from drifta.site.cli_environment import load
from drifta.site.cli_options import EVERY_ADDRESS, Options
from drifta.site.supervisor import Part

PATIENCE = 2.0
"""Seconds that a process gets to answer one question."""


def parts(options: Options, database_url: str, listening: list[socket.socket]) -> list[Part]:
    """Every process of this machine; Django is set up already."""
    shell = load("drifta.site.web_house:build_shell")()
    settings = probe_settings(options)
    return [
        Part(
            "web",
            _named("web", lambda: load("drifta.site.web:serve")(shell, listening)),
            _web_answers(options),
        ),
        Part("worker", _named("worker", load("drifta.kernel.jobs:work")), _worker_answers(database_url)),
        Part("intake", _named("intake", load("drifta.channels.intake:run")), _mail_answers(options)),
        Part("probe", lambda: load("drifta.probe.main:main")(settings), _probe_answers(options)),
    ]


def _named(name: str, run: Callable[[], object]) -> Callable[[], None]:
    """Wrap ``run`` so that the database server shows the process under its own name."""

    def start() -> None:
        os.environ["DRIFTA_PROCESS"] = f"drifta-{name}"
        load("django.db:connections").databases["default"]["OPTIONS"]["application_name"] = f"drifta-{name}"
        run()

    return start


def probe_directory(data: Path) -> Path:
    """Where the probe of this machine keeps its buffer and its key."""
    return data / "probe"


def probe_settings(options: Options) -> list[str]:
    """Flags of the probe of this machine."""
    directory = probe_directory(options.data)
    return [f"--server={options.local_url}", f"--key-file={directory / 'key'}", f"--data={directory}"]


def _web_answers(options: Options) -> Callable[[], bool]:
    place = urlsplit(options.local_url)

    def answers() -> bool:
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        return False

    return answers


def _worker_answers(database_url: str) -> Callable[[], bool]:
    """The worker has entered itself in the list of workers since now."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    begun = row[0] if row else None

    def answers() -> bool:
        with contextlib.suppress(psycopg.Error), psycopg.connect(database_url) as connection:
            sql = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat >= %s"
            found = connection.execute(sql, [begun]).fetchone()
            return found is not None and found[0] > 0
        return False

    return answers


def _mail_answers(options: Options) -> Callable[[], bool]:
    """The intake greets: 220 (RFC 5321 §4.2)."""
    host = "127.0.0.1" if options.smtp_host in EVERY_ADDRESS else options.smtp_host

    def answers() -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((host, options.smtp_port), PATIENCE) as connection,
        ):
            greeting = connection.recv(512)
            connection.sendall(b"QUIT\r\n")
            return greeting.startswith(b"220")
        return False

    return answers


def _probe_answers(options: Options) -> Callable[[], bool]:
    return (probe_directory(options.data) / "connected").exists
