"""``drifta doctor``: examines this installation and says how to mend it."""

from __future__ import annotations

import shutil
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg

import drifta
from drifta.site.commands.environment import database, load, start_django
from drifta.site.commands.options import Options
from drifta.site.commands.words import Trouble
from drifta.site.supervisor.data import PRIVATE, running
from drifta.words import gettext_noop as _
from drifta.words import translate

Verdict = Literal["ok", "warn", "bad"]
LOW, FULL = 2_000_000_000, 200_000_000
"""Bytes of free disk below which one should do something, and below which things stop."""


@dataclass(frozen=True)
class Finding:
    """One thing that was examined: ``said`` is the state and, where it is not good, the mend."""

    name: str
    verdict: Verdict
    said: str


def found(name: str, verdict: Verdict, text: str, /, **values: object) -> Finding:
    """A finding in the language of the terminal."""
    return Finding(translate(name), verdict, translate(text, **values))


def examine(options: Options) -> int:
    """Examine everything and print one line each; returns 0 unless something is bad."""
    findings = []
    for finding in _all(options):
        sign = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}[finding.verdict]
        sys.stdout.write(f"{sign}  {finding.name:<16} {finding.said}\n")
        findings.append(finding)
    return int(any(finding.verdict == "bad" for finding in findings))


def _all(options: Options) -> Iterator[Finding]:
    yield found(
        _("version"), "ok", "Drifta %(drifta)s, Python %(python)s", drifta=drifta.__version__, python=_python()
    )
    yield disk(options.data)
    yield private(options)
    up = running(options.data) is not None
    yield from ports(options, up)
    try:
        with database(options) as url:
            yield server(url)
            start_django(options, url)
            yield from load("drifta.site.doctor.house:examine_house")(up)
    except Trouble as trouble:
        yield Finding(translate(_("database")), "bad", trouble.translated())


def _python() -> str:
    return sys.version.split()[0]


def disk(data: Path) -> Finding:
    """How much room there is for data."""
    place = next(path for path in (data, *data.parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < FULL:
        return found(
            _("disk"), "bad", _("%(free)d MB are free in %(place)s: make room now."), free=free // 10**6, place=place
        )
    if free < LOW:
        return found(
            _("disk"), "warn", _("%(free)d MB are free in %(place)s: make room."), free=free // 10**6, place=place
        )
    return found(_("disk"), "ok", _("%(free).1f GB are free in %(place)s"), free=free / 1e9, place=place)


def private(options: Options) -> Finding:
    """Whether others on this machine can read what is secret."""
    places = [*(options.data / name for name in PRIVATE), *options.key_files.values()]
    open_ones = [str(place) for place in places if place.exists() and place.stat().st_mode & 0o077]
    if open_ones:
        text = _("Others can read it. Run: chmod go-rwx %(names)s")
        return found(_("data directory"), "bad", text, names=" ".join(open_ones))
    return found(_("data directory"), "ok", "%(data)s", data=options.data)


def ports(options: Options, up: bool) -> Iterator[Finding]:
    """Whether Drifta listens where it should, or could."""
    for name, host, port in (
        (_("web port"), options.host, options.port),
        (_("mail port"), options.smtp_host, options.smtp_port),
    ):
        taken = answers(host, port)
        if taken and not up:
            yield found(name, "warn", _("%(port)d is taken by another program; Drifta is not running."), port=port)
        elif up and not taken:
            yield found(name, "warn", _("Drifta runs, but not on port %(port)d (or with other flags)."), port=port)
        else:
            yield found(name, "ok", "%(host)s:%(port)d", host=host, port=port)


def answers(host: str, port: int) -> bool:
    """Whether something listens on ``host`` and ``port``."""
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def outside(moment: float, earliest: float, latest: float) -> float:
    """How far ``moment`` is from a span of time: an answer was given at some moment between question and hearing."""
    return max(earliest - moment, moment - latest, 0.0)


def server(url: str) -> Finding:
    """Which PostgreSQL answers, and whether its clock agrees with this machine's."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        version = connection.info.server_version // 10000
        before = time.time()
        row = connection.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()
        apart = outside(float(row[0]), before, time.time()) if row else 0.0
    if apart > 2:
        text = _("Its clock and this machine's are %(apart).0f s apart. Set up time synchronisation (NTP) on both.")
        return found(_("database"), "bad", text, apart=apart)
    return found(_("database"), "ok", "PostgreSQL %(version)d", version=version)
