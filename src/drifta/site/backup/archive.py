"""``drifta backup`` and ``drifta restore``: everything that Drifta has stored, in one file that has been verified."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

import drifta
from drifta.site.backup import format as backup_format
from drifta.site.backup.format import DATABASE, FORMAT, Manifest
from drifta.site.commands.words import Trouble
from drifta.site.postgres.home import wheel_programs
from drifta.site.supervisor.data import version_key
from drifta.words import gettext_noop as _

KEY_FILES = ("keys/master.key", "keys/signing.key")
"""The local probe's key is not among them: a restored Drifta makes a new one, lest two probes share one."""
ADDRESS = re.compile(r"[0-9a-f]{64}")


def back_up(data: Path, url: str, target: Path, password: str = "") -> Manifest:
    """Write the directory ``data`` and the database at ``url`` to ``target`` and verify it.

    The database is a snapshot of one moment; files are named by their content and only ever added, so those that
    the snapshot names are there. With ``password`` the keys are sealed, else they lie in the file as they are.
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as place:
        dump = Path(place) / DATABASE
        rows, version = _dump(url, dump)
        members: dict[str, Path | bytes] = {DATABASE: dump, **_keys(data, password)}
        files = stored_files(data)
        manifest = Manifest(
            format=FORMAT,
            version=drifta.__version__,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            postgresql=version,
            keys="sealed" if password else "plain",
            rows=rows,
            files=len(files),
            file_bytes=sum(path.stat().st_size for path in files),
            members={name: backup_format.measure(content) for name, content in members.items()},
        )
        backup_format.write(target, manifest, members, files)
    return backup_format.read(target, _ignore)


def stored_files(data: Path) -> list[Path]:
    """The content-addressed files below ``data``."""
    return sorted(path for path in (data / "files").glob("??/??/*") if ADDRESS.fullmatch(path.name))


def _keys(data: Path, password: str) -> dict[str, Path | bytes]:
    """The key files as members, sealed when there is a ``password``."""
    found: dict[str, Path | bytes] = {}
    for name in KEY_FILES:
        path = data / name
        if path.exists() and password:
            found[f"{name}.sealed"] = backup_format.seal(path.read_bytes(), password)
        elif path.exists():
            found[name] = path.read_bytes()
    return found


def _dump(url: str, dump: Path) -> tuple[dict[str, int], int]:
    """Write a snapshot of the database; returns the rows of each table in it and the server's major version."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = _single(connection, sql.SQL("SELECT pg_export_snapshot()"))
        version = connection.info.server_version // 10000
        command = [
            str(program("pg_dump", version)),
            "--format=custom",
            "--compress=0",
            "--no-owner",
            "--no-privileges",
        ]
        _run([*command, f"--snapshot={snapshot}", f"--file={dump}", f"--dbname={url}"])
        return count_rows(connection), version


def count_rows(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """Rows of every table, partitions counted in their parent."""
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace ORDER BY relname"
    ).fetchall()
    return {
        str(name): int(str(_single(connection, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(str(name))))))
        for (name,) in names
    }


def _single(connection: psycopg.Connection[tuple[object, ...]], query: sql.SQL | sql.Composed) -> object:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def program(name: str, version: int) -> Path:
    """``pg_dump`` or ``pg_restore``, not older than PostgreSQL ``version``: ours, or one of the system's."""
    candidates = [wheel_programs() / name, *(Path(found) for found in [shutil.which(name)] if found)]
    candidates += sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    for candidate in candidates:
        answer = subprocess.run([str(candidate), "--version"], capture_output=True, check=False, text=True).stdout
        if version_key(answer)[:1] >= (version,):
            return candidate
    raise Trouble(
        _("The server is PostgreSQL %(version)s, and no %(name)s that new is here. Install postgresql-client."),
        version=version,
        name=name,
    )


def _run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, check=False, text=True)
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["?"])[0]
        raise Trouble(_("%(program)s failed: %(reason)s"), program=Path(command[0]).name, reason=reason)


def _ignore(_name: str, _content: IO[bytes]) -> None:
    """Take nothing: reading alone verifies."""


def restore(data: Path, url: str, source: Path, password: str = "") -> Manifest:
    """Fill the empty directory ``data`` and the empty database at ``url`` from the backup ``source``.

    Raises ``Trouble``, having changed nothing, when the backup is damaged, newer than this Drifta, or sealed with
    another password, or when something is there already.
    """
    manifest = backup_format.read(source, _ignore)
    if version_key(manifest.version) > version_key(drifta.__version__):
        raise Trouble(
            _("The backup was made by Drifta %(found)s, and this is %(ours)s. Install %(found)s or newer."),
            found=manifest.version,
            ours=drifta.__version__,
        )
    require_empty(data, url)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as place:
        unpacked = Path(place)
        backup_format.read(source, lambda name, content: _unpack(unpacked, name, content))
        keys = _opened_keys(unpacked, password)
        _load(url, unpacked / DATABASE, manifest)
        _settle(data, unpacked, keys)
    return manifest


def require_empty(data: Path, url: str) -> None:
    """Raise ``Trouble`` unless neither files, keys nor tables are there."""
    if stored_files(data) or any((data / name).exists() for name in KEY_FILES):
        raise Trouble(_("%(directory)s is not empty. Restore into a new directory (--data)."), directory=data)
    with psycopg.connect(url) as connection:
        if count_rows(connection):
            raise Trouble(_("The database is not empty. Restore into a new one (--data or --database-url)."))


def _unpack(place: Path, name: str, content: IO[bytes]) -> None:
    path = place / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("wb") as file:
        shutil.copyfileobj(content, file)


def _opened_keys(place: Path, password: str) -> dict[str, bytes]:
    """Contents of the key files by their place in the data directory."""
    keys = {}
    for name in KEY_FILES:
        plain, sealed = place / name, place / f"{name}.sealed"
        if sealed.exists():
            if not password:
                raise Trouble(_("The keys of this backup are sealed. Give the password with --password-file."))
            keys[name] = backup_format.unseal(sealed.read_bytes(), password)
        elif plain.exists():
            keys[name] = plain.read_bytes()
    return keys


def _load(url: str, dump: Path, manifest: Manifest) -> None:
    """Load the dump in one transaction and compare the rows with the manifest."""
    command = [str(program("pg_restore", manifest.postgresql)), "--no-owner", "--no-privileges", "--no-comments"]
    _run([*command, "--single-transaction", "--exit-on-error", f"--dbname={url}", str(dump)])
    with psycopg.connect(url) as connection:
        found = count_rows(connection)
        connection.execute("ANALYZE")
    wrong = [name for name, rows in manifest.rows.items() if found.get(name) != rows]
    if wrong:
        raise Trouble(_("After the restore these tables differ from the backup: %(names)s."), names=", ".join(wrong))


def _settle(data: Path, unpacked: Path, keys: dict[str, bytes]) -> None:
    """Move the files to their addresses and write the keys."""
    for path in (unpacked / "files").glob("*"):
        final = data / "files" / path.name[:2] / path.name[2:4] / path.name
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.replace(final)
    for name, content in keys.items():
        target = data / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        target.touch(mode=0o600)
        target.write_bytes(content)
