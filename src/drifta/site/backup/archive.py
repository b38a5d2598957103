"""``drifta backup`` and ``drifta restore``: everything that Drifta has stored, in one file that has been verified."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
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

KeyFiles = Mapping[str, Path]
"""Where the keys of an installation lie, by their names in the backup (``keys/master.key``, ``keys/signing.key``).

The local probe's key is not among them: a restored Drifta makes a new one, lest two probes share one.
"""
ADDRESS = re.compile(r"[0-9a-f]{64}")


def back_up(data: Path, url: str, key_files: KeyFiles, target: Path, password: str = "") -> Manifest:
    """Write the directory ``data``, the database at ``url`` and the keys to ``target`` and verify it.

    The database is a snapshot of one moment; files are named by their content and only ever added, so those that
    the snapshot names are there. With ``password`` the keys are sealed, else they lie in the file as they are.
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as place:
        dump = Path(place) / DATABASE
        rows, version = _dump(url, dump)
        members: dict[str, Path | bytes] = {DATABASE: dump, **_keys(key_files, rows, password)}
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


def _keys(key_files: KeyFiles, rows: dict[str, int], password: str) -> dict[str, bytes]:
    """The key files as members, sealed when there is a ``password``.

    Raises ``Trouble`` where the database needs a key that is not there: such a backup would open no secret.
    """
    found = {name: content for name, path in key_files.items() if (content := _read_key(path)) is not None}
    needed = {"keys/signing.key": bool(rows), "keys/master.key": bool(rows.get("kernel_datakey"))}
    for name, path in key_files.items():
        if needed.get(name) and name not in found:
            raise Trouble(
                _("The key file %(file)s is missing. Say where it is (%(flag)s)."),
                file=path,
                flag=f"--{Path(name).stem}-key-file",
            )
    if password:
        return {f"{name}.sealed": backup_format.seal(content, password) for name, content in found.items()}
    return found


def _read_key(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Trouble(_("%(file)s cannot be read (%(reason)s)."), file=path, reason=error.strerror) from error


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


def restore(data: Path, url: str, key_files: KeyFiles, source: Path, password: str = "") -> Manifest:
    """Fill the empty directory ``data`` and the empty database at ``url`` from the backup ``source``.

    The keys come to where ``key_files`` says; one that is there already must be the same. Raises ``Trouble``, having
    changed nothing, when the backup is damaged, newer than this Drifta, or sealed with another password, or when
    something else is there already.
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
        keys = {key_files[name]: content for name, content in _opened_keys(unpacked, key_files, password).items()}
        _require_same(keys)
        _load(url, unpacked / DATABASE, manifest)
        _settle(data, unpacked)
        _write_keys(keys)
    return manifest


def require_empty(data: Path, url: str) -> None:
    """Raise ``Trouble`` unless neither files nor tables are there."""
    if stored_files(data):
        raise Trouble(_("%(directory)s is not empty. Restore into a new directory (--data)."), directory=data)
    with psycopg.connect(url) as connection:
        if count_rows(connection):
            raise Trouble(_("The database is not empty. Restore into a new one (--data or --database-url)."))


def _require_same(keys: dict[Path, bytes]) -> None:
    """Raise ``Trouble`` where another key lies in the place of one of the backup's."""
    for path, content in keys.items():
        if _read_key(path) not in (None, content):
            raise Trouble(
                _("%(file)s is another key than the backup's. Move it away, or name other files."), file=path
            )


def _unpack(place: Path, name: str, content: IO[bytes]) -> None:
    path = place / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("wb") as file:
        shutil.copyfileobj(content, file)


def _opened_keys(place: Path, names: Iterable[str], password: str) -> dict[str, bytes]:
    """Contents of the key files by their names in the backup."""
    keys = {}
    for name in names:
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


def _settle(data: Path, unpacked: Path) -> None:
    """Move the files to their addresses."""
    for path in (unpacked / "files").glob("*"):
        final = data / "files" / path.name[:2] / path.name[2:4] / path.name
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.replace(final)


def _write_keys(keys: dict[Path, bytes]) -> None:
    for path, content in keys.items():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)
