"""The processes of ``drifta up``: what each runs, and how one sees from outside that it works."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg

from drifta.probe.main import Options as ProbeOptions
from drifta.site.commands.environment import load
from drifta.site.commands.options import EVERY_ADDRESS, Options
from drifta.site.commands.probe import run_probe
from drifta.site.supervisor.supervisor import Part

WORKER = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat >= %s"
PROBE = "SELECT count(*) FROM monitoring_probe WHERE local AND seen_at >= %s"
PATIENCE = 2.0
"""Seconds that a process gets to answer one question."""


def parts(options: Options, database_url: str, listening: list[socket.socket]) -> list[Part]:
    """Every process of this machine; Django is set up already. The last of ``listening`` is on the loopback."""
    shell = load("drifta.site.web.house:build_shell")()
    host, port = listening[-1].getsockname()[:2]
    address = loopback_url(host, port)
    since = _database_time(database_url)

    def serve() -> None:
        load("drifta.site.web.server:serve")(shell, listening, options.trusted_proxies)

    return [
        Part("web", _named("web", serve), _web_answers(address)),
        Part("worker", _named("worker", load("drifta.kernel.worker:work")), _heard(database_url, WORKER, since)),
        Part("intake", _named("intake", load("drifta.channels.intake:run")), _mail_answers(options)),
        Part("probe", lambda: run_probe(probe_options(options.data, address)), _heard(database_url, PROBE, since)),
    ]


def loopback_url(host: str, port: int) -> str:
    """Address of the web process for programs on this machine, given where it listens."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared with, not bound to
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _named(name: str, run: Callable[[], object]) -> Callable[[], None]:
    """Wrap ``run`` so that the database server shows the process under its own name."""

    def start() -> None:
        os.environ["DRIFTA_PROCESS"] = f"drifta-{name}"
        load("django.db:connections").databases["default"]["OPTIONS"]["application_name"] = f"drifta-{name}"
        run()

    return start


def probe_options(data: Path, address: str) -> ProbeOptions:
    """Settings of the probe of this machine, which keeps its key and its buffer below ``data``."""
    return ProbeOptions(server=address, key_file=data / "probe" / "key", data=data / "probe")


def _web_answers(address: str) -> Callable[[], bool]:
    place = urlsplit(address)

    def answers() -> bool:
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        return False

    return answers


def _database_time(database_url: str) -> datetime | None:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT clock_timestamp()").fetchone()
    return row[0] if row else None


def _heard(database_url: str, sql: LiteralString, since: datetime | None) -> Callable[[], bool]:
    """The database has heard from the process since ``since``: ``sql`` counts the signs of life after that time."""

    def answers() -> bool:
        with contextlib.suppress(psycopg.Error), psycopg.connect(database_url) as connection:
            found = connection.execute(sql, [since]).fetchone()
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
