"""The embedded PostgreSQL: created once, started as a direct child, durable, ended with its parent.

Unix socket only; who may connect is decided by the operating system user (peer authentication). The role
``drifta`` owns the database ``drifta`` and is no superuser. No Django is imported here.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from drifta.site.commands.words import Trouble, say
from drifta.site.postgres.config import configuration, map_of_names
from drifta.site.postgres.home import Home, ensure_sockets, locate
from drifta.site.supervisor.child import before_exec
from drifta.words import gettext_noop as _

DATABASE = "drifta"
SUPERUSER = "postgres"
LEAST_SPACE = 64 * 1024 * 1024
"""Bytes that must be free before PostgreSQL is started: a full disk stops it in the middle of its work."""
PATIENCE = 60.0
"""Seconds to wait for the processes of a predecessor that are still ending."""
QUIET = 5.0
"""Seconds without a word before a line of progress is printed."""
POLL = 0.02


class Cluster:
    """One PostgreSQL in the directory ``data``; ``durable=False`` is for tests: it may lose everything."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data
        self.durable = durable
        self._home: Home | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Home:
        """The places of this database (found, and for root created, at the first use)."""
        if self._home is None:
            self._home = locate(self.data)
        return self._home

    @property
    def url(self) -> str:
        """Address of the database for clients, over the unix socket."""
        return f"postgresql://{DATABASE}@/{DATABASE}?host={quote(str(self.home.sockets), safe='')}"

    @property
    def log(self) -> Path:
        """The file that PostgreSQL writes its own messages to."""
        return self.data / "log" / "postgresql.log"

    @property
    def pid(self) -> int | None:
        """Process id of the running server that this object has started, else ``None``."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def start(self) -> None:
        """Start the server and wait until it answers, however long a recovery takes.

        Raises ``Trouble`` with the mend when it cannot be started.
        """
        self.data.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._check_space()
        ensure_sockets(self.home)
        if not (self.home.cluster / "PG_VERSION").exists():
            self._create()
        self._check_version()
        self._write_configuration()
        self._forget_stale_pid()
        self._launch_until_up()
        self._ensure_database()

    def stop(self) -> None:
        """Stop the server: sessions are ended, everything is written, nothing is lost."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()
        self._process = None

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.data).free
        if free < LEAST_SPACE:
            raise Trouble(
                _("The disk that holds %(directory)s is full (%(free)s MB left). Free some space and start again."),
                directory=self.data,
                free=free // 1_000_000,
            )

    def _create(self) -> None:
        """Run ``initdb`` beside the final place and move the result there: half a database never stays."""
        target = self.home.cluster
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.new")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        self.home.give(part)
        self._initialise(part)
        (part / "pg_ident.conf").write_text(map_of_names(self.home.owner_names()), encoding="utf-8")
        (part / "pg_hba.conf").write_text("local all all peer map=drifta\n", encoding="utf-8")
        if target.exists():
            target.rmdir()
        part.rename(target)

    def _initialise(self, part: Path) -> None:
        options = ["-U", SUPERUSER, "-E", "UTF8", "--locale=C", "--locale-provider=builtin"]
        options += ["--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions", "--auth=peer"]
        if not self.durable:
            options.append("--no-sync")
        command = [str(self.home.programs / "initdb"), "-D", str(part), *options]
        result = subprocess.run(command, capture_output=True, check=False, cwd="/", **self._identity())
        if result.returncode:
            shutil.rmtree(part, ignore_errors=True)
            raise self._explain(result.stderr.decode(errors="replace"))

    def _identity(self) -> dict[str, Any]:
        return self.home.identity()

    def _check_version(self) -> None:
        found = (self.home.cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        ours = self._major()
        if found != ours:
            raise Trouble(
                _(
                    "The database in %(directory)s was made by PostgreSQL %(found)s, and this "
                    "Drifta brings %(ours)s. "
                    "Start the Drifta that made it, make a backup there, and restore it here."
                ),
                directory=self.home.cluster,
                found=found,
                ours=ours,
            )

    def _major(self) -> str:
        command = [str(self.home.programs / "postgres"), "--version"]
        answer = subprocess.run(command, capture_output=True, check=True, text=True)
        return answer.stdout.split()[2].split(".")[0]

    def _write_configuration(self) -> None:
        path = self.home.cluster / "drifta.conf"
        path.write_text(configuration(self.home.sockets, durable=self.durable), encoding="utf-8")
        self.home.give(path)
        main = self.home.cluster / "postgresql.conf"
        includes = "include_if_exists 'drifta.conf'\ninclude_if_exists 'local.conf'\n"
        if includes not in main.read_text(encoding="utf-8"):
            with main.open("a", encoding="utf-8") as file:
                file.write(includes)
        (self.home.cluster / "pg_ident.conf").write_text(map_of_names(self.home.owner_names()), encoding="utf-8")

    def _forget_stale_pid(self) -> None:
        """Wait for a predecessor that is still stopping; remove a pid file that names another program."""
        path = self.home.cluster / "postmaster.pid"
        deadline = time.monotonic() + PATIENCE
        while path.exists() and (pid := _first_number(path)) is not None:
            if not _is_postgres(pid, self.home.cluster):
                path.unlink(missing_ok=True)
                return
            if time.monotonic() > deadline:
                raise Trouble(
                    _("PostgreSQL (process %(pid)s) still runs on %(directory)s. Stop it, then start again."),
                    pid=pid,
                    directory=self.home.cluster,
                )
            time.sleep(POLL)

    def _launch_until_up(self) -> None:
        """Start the server; after a kill the shared memory of the predecessor may need a moment to go."""
        deadline = time.monotonic() + PATIENCE
        while True:
            said = self._launch()
            if not said:
                return
            if "shared memory block" not in said or time.monotonic() > deadline:
                raise self._explain(said)
            time.sleep(0.25)

    def _launch(self) -> str:
        """Start the server once; return nothing when it answers, else what it said as it ended."""
        self.log.parent.mkdir(exist_ok=True)
        _shorten(self.log)
        with self.log.open("ab") as log:
            begin = log.tell()
            self._process = subprocess.Popen(
                [str(self.home.programs / "postgres"), "-D", str(self.home.cluster)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                process_group=0,
                preexec_fn=before_exec(signal.SIGINT),
                **self._identity(),
            )
        if self._wait():
            return ""
        with self.log.open("rb") as log:
            log.seek(begin)
            return log.read().decode(errors="replace") or "?"

    def _wait(self) -> bool:
        """Wait until the server answers (true) or has ended (false)."""
        begun = spoken = time.monotonic()
        while self.pid is not None:
            if self._answers():
                return True
            if (now := time.monotonic()) - spoken > QUIET:
                spoken = now
                say(
                    _("PostgreSQL is recovering after an unclean stop (%(seconds)d s so far)."),
                    seconds=now - begun,
                )
            time.sleep(POLL)
        return False

    def _answers(self) -> bool:
        try:
            with self.connect("template1", SUPERUSER):
                return True
        except psycopg.OperationalError:
            return False

    def connect(self, database: str = DATABASE, user: str = DATABASE) -> psycopg.Connection[Any]:
        """Open a connection of one's own (autocommit) to the running server."""
        sockets = str(self.home.sockets)
        return psycopg.connect(host=sockets, dbname=database, user=user, autocommit=True, connect_timeout=10)

    def _ensure_database(self) -> None:
        """Create the role and the database at the first start; each step may already be done."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            with self.connect("template1", SUPERUSER) as connection, connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    # Tests create databases of their own; an installation has no need to.
                    cursor.execute(f"CREATE ROLE {DATABASE} LOGIN {'' if self.durable else 'CREATEDB'}")
                cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {DATABASE}")

    def _explain(self, said: str) -> Trouble:
        """The one line for a start that failed with the words ``said``."""
        if "No space left on device" in said:
            return Trouble(
                _("The disk that holds %(directory)s is full. Free some space and start again."),
                directory=self.data,
            )
        if "Permission denied" in said:
            return Trouble(
                _("PostgreSQL may not use %(directory)s (permission denied). Give it to the user who starts Drifta."),
                directory=self.home.cluster,
            )
        last = next((line for line in reversed(said.splitlines()) if _is_grave(line)), said.strip().splitlines()[-1])
        return Trouble(_("PostgreSQL did not start: %(reason)s (see %(log)s)"), reason=last.strip(), log=self.log)


@contextlib.contextmanager
def embedded(data: Path | None = None, *, durable: bool = False) -> Iterator[Cluster]:
    """Run a PostgreSQL for as long as the block lasts; for tests: fast, empty, and gone afterwards.

    Without ``data`` it lives in a temporary directory that is removed at the end.
    """
    with contextlib.ExitStack() as stack:
        if data is None:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="drifta-", ignore_cleanup_errors=True)))
            data.chmod(0o711)
        cluster = Cluster(data, durable=durable)
        stack.callback(cluster.stop)
        cluster.start()
        yield cluster


def _first_number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _is_postgres(pid: int, cluster: Path) -> bool:
    """Whether the process ``pid`` is a server that runs on ``cluster``."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return state != "Z" and os.fsencode(cluster) in words


def _shorten(log: Path, limit: int = 10_000_000) -> None:
    """Keep one older log file when this one has grown over ``limit`` bytes."""
    if log.exists() and log.stat().st_size > limit:
        log.replace(log.with_suffix(".log.1"))


def _is_grave(line: str) -> bool:
    return any(word in line for word in ("FATAL:", "PANIC:", "error:", "ERROR:"))
