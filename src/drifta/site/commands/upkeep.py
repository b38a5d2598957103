"""Commands that look after an installation: version, migrate, doctor, backup, restore."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import drifta
from drifta.site.backup.archive import back_up
from drifta.site.backup.archive import restore as restore_into
from drifta.site.backup.format import Manifest
from drifta.site.commands.environment import database, django_on
from drifta.site.commands.options import options_of
from drifta.site.commands.words import Trouble, say
from drifta.site.doctor.examination import examine
from drifta.site.supervisor.data import write_version
from drifta.words import gettext_noop as _
from drifta.words import ngettext


def version(_arguments: argparse.Namespace) -> int:
    """Print the version."""
    sys.stdout.write(f"drifta {drifta.__version__}\n")
    return 0


def migrate(arguments: argparse.Namespace) -> int:
    """Bring the database to this version."""
    options = options_of(arguments)
    with django_on(options):
        write_version(options.data)
    say(_("The database is up to date."))
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    """Print what was examined; 0 when nothing is bad."""
    return examine(options_of(arguments))


def backup(arguments: argparse.Namespace) -> int:
    """Write and verify one file."""
    options = options_of(arguments)
    password = _password(arguments.password_file)
    try:
        with database(options) as url:
            manifest = back_up(options.data, url, options.key_files, arguments.file, password)
    except OSError as error:
        raise _unwritable(arguments.file, error) from error
    say(
        _("Backup written and verified: %(content)s, %(size).1f MB in %(file)s."),
        content=_content(manifest),
        size=arguments.file.stat().st_size / 1e6,
        file=arguments.file,
    )
    if manifest.keys == "plain":
        say(_("It holds the keys of this installation: keep it as safe as the server (or use --password-file)."))
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Fill an empty data directory."""
    options = options_of(arguments)
    password = _password(arguments.password_file)
    with database(options) as url:
        manifest = restore_into(options.data, url, options.key_files, arguments.file, password)
    with django_on(options):
        write_version(options.data)
    say(
        _("Restored the backup of %(when)s: %(content)s."),
        when=manifest.made_at,
        content=_content(manifest),
    )
    return 0


def _content(manifest: Manifest) -> str:
    """How much is in a backup, in the language of the terminal."""
    rows = sum(manifest.rows.values())
    said = ngettext("%(rows)d row", "%(rows)d rows", rows) % {"rows": rows}
    files = ngettext("%(files)d file", "%(files)d files", manifest.files) % {"files": manifest.files}
    return f"{said}, {files}"


def _password(file: Path | None) -> str:
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise Trouble(_("%(file)s cannot be read (%(reason)s)."), file=file, reason=error.strerror) from error


def _unwritable(file: Path, error: OSError) -> Trouble:
    return Trouble(
        _("%(file)s cannot be written (%(reason)s). Choose another place for the backup."),
        file=file,
        reason=error.strerror or error,
    )
