"""Bringing the database to this version: skipped at once when there is nothing to do."""

from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connection

LOCK = 0x64726966
"""Number of the advisory lock that keeps two processes from migrating at once ("drif")."""


def pending() -> list[str]:
    """Names of migrations that the database lacks, found by file names, without loading the files."""
    applied = _applied()
    return [f"{label}.{name}" for label, name in _present() if (label, name) not in applied]


def _applied() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT app, name FROM django_migrations")
        except ProgrammingError:
            return set()
        return {(app, name) for app, name in cursor.fetchall()}


def _present() -> list[tuple[str, str]]:
    return [
        (config.label, file.stem)
        for config in apps.get_app_configs()
        for file in sorted(_directory(config).glob("[!_]*.py"))
    ]


def _directory(config: AppConfig) -> Path:
    named = settings.MIGRATION_MODULES.get(config.label)
    return Path(*named.split(".")) if named else Path(config.path) / "migrations"


def apply() -> None:
    """Run the migrations that are missing, while no other process does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def ensure() -> None:
    """Apply what is missing, if anything is."""
    if pending():
        apply()
