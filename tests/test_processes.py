"""``drifta up`` as a whole: kills, second starts, taken ports, and what survives them; backup and restore."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import pytest

from drifta.site.backup import archive as backup
from drifta.site.backup import format as backup_format
from drifta.site.commands.words import Trouble
from drifta.site.postgres import home as postgres_home
from drifta.site.postgres.cluster import Cluster
from tests.running import free_port

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "drifta.site"]
PASSWORD = "Fjorden-ligger-stilla-7"
QUIET = ("procrastinate_", "monitoring_", "django_session", "kernel_presence")
"""Tables that processes write by themselves."""
PATIENCE = 60
"""Seconds that an answer may take on a busy machine."""


def name_of(process: psutil.Process) -> str:
    """The name of a running process; empty when it has ended, be it while it is looked at."""
    try:
        runs = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        return process.name() if runs else ""
    except psutil.NoSuchProcess:
        return ""


def until(condition: Callable[[], bool], seconds: float = 240) -> None:
    """Wait for ``condition``, at most ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.05)


def environment() -> dict[str, str]:
    """The environment without what the tests themselves need."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("DRIFTA_", "DJANGO_"))}


def drifta(*words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command that ends by itself."""
    command = [*COMMAND, *map(str, words)]
    return subprocess.run(
        command, input=stdin, env=environment(), capture_output=True, check=False, text=True, timeout=240
    )


@dataclass
class House:
    """A running ``drifta up``."""

    data: Path
    port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    lines: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start it and wait for the ready line."""
        ports = [f"--port={self.port}", f"--smtp-port={self.smtp_port}"]
        command = [*COMMAND, "up", f"--data={self.data}", *ports]
        self.process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        until(lambda: self.said("Drifta is ready") or self.process.poll() is not None)
        assert self.said(f"Drifta is ready at http://127.0.0.1:{self.port}"), "".join(self.lines)

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    def said(self, words: str) -> bool:
        """Whether a line with ``words`` was printed."""
        return any(words in line for line in self.lines)

    def children(self) -> dict[str, psutil.Process]:
        """The processes by name, in the order in which they are started; numbers of processes begin anew some day."""
        found = sorted(psutil.Process(self.process.pid).children(), key=lambda child: (child.create_time(), child.pid))
        ours = [child for child in found if name_of(child) not in ("", "postgres")]
        names = dict(zip(("web", "worker", "intake", "probe"), ours, strict=False))
        databases = [child for child in found if name_of(child) == "postgres"]
        return names | dict(zip(["postgresql"], databases, strict=False))

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page; status 0 when nobody answers."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        return 0, b""

    def works(self) -> bool:
        """Whether web and database answer, the worker is alive, and mail is taken."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.smtp_port), PATIENCE) as mail:
            return mail.recv(3) == b"220" and self.get("/readyz")[0] == 200
        return False

    def stop(self) -> int:
        """Stop it with Ctrl-C; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(90)
        finally:
            self.process.kill()
            self.reader.join(10)


def remove(data: Path) -> None:
    """Remove a data directory, and its database if that had to be elsewhere."""
    shutil.rmtree(postgres_home.SYSTEM_HOME / postgres_home.short_hash(data), ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="module")
def pattern() -> Iterator[Path]:
    """Return a data directory that was started once and holds an administrator, stopped."""
    data = Path(tempfile.mkdtemp(prefix="drifta-test-"))
    data.chmod(0o711)
    made = drifta("user", "create", "ann@norrvik.example", "--role=administrator", "--password-stdin",
                  f"--data={data}", stdin=PASSWORD + "\n")  # fmt: skip
    assert made.returncode == 0, made.stderr
    yield data
    remove(data)


@pytest.fixture
def data(pattern: Path) -> Iterator[Path]:
    """Return a copy of the pattern."""
    copy = Path(tempfile.mkdtemp(prefix="drifta-test-"))
    subprocess.run(["cp", "-a", f"{pattern}/.", str(copy)], check=True)
    yield copy
    remove(copy)


@pytest.fixture
def empty() -> Iterator[Path]:
    """Return a directory with nothing in it."""
    path = Path(tempfile.mkdtemp(prefix="drifta-test-"))
    path.chmod(0o711)
    yield path
    remove(path)


@pytest.fixture
def house(data: Path) -> Iterator[House]:
    """Return a running Drifta."""
    made = House(data)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_the_very_first_start_invites_the_administrator(empty: Path) -> None:
    house = House(empty)
    try:
        house.start()
        until(lambda: house.said("/setup/"))
        (link,) = [line for line in house.lines if "/setup/" in line]
        path = re.search(r"/setup/\S+", link)
        assert path is not None
        assert house.get(path[0])[0] in (200, 302)
        assert house.get("/setup/guessed/")[0] in (403, 404, 410)
        assert (empty / "keys").stat().st_mode & 0o077 == 0
    finally:
        code = house.stop()
    assert code == 0
    assert house.said("Drifta has stopped.")


@pytest.mark.parametrize("name", ["web", "worker", "intake", "probe", "postgresql"])
def test_a_killed_process_comes_back_and_everything_works_again(house: House, name: str) -> None:
    victim = house.children()[name]
    victim.kill()
    until(lambda: not name_of(victim))
    until(lambda: house.said("PostgreSQL ended" if name == "postgresql" else f"The {name} process ended (SIGKILL)"))
    until(lambda: len(house.children()) == 5 and house.works())


def test_a_killed_parent_leaves_nothing_behind_and_the_next_start_works(house: House) -> None:
    children = psutil.Process(house.process.pid).children(recursive=True)
    assert len(children) > 5
    house.process.kill()
    house.process.wait()
    again = House(house.data)
    try:
        again.start()
        until(lambda: not any(map(name_of, children)))
    finally:
        again.stop()


def test_a_second_start_is_refused_in_one_line(house: House) -> None:
    second = drifta("up", f"--data={house.data}", f"--port={free_port()}", f"--smtp-port={free_port()}")
    assert second.returncode == 1
    (line,) = second.stderr.splitlines()
    assert f"already runs on {house.data} (process {house.process.pid})" in line
    assert house.works()


@pytest.mark.parametrize("flag", ["--port", "--smtp-port"])
def test_a_taken_port_is_one_line_with_the_mend(data: Path, flag: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = {"--port": free_port(), "--smtp-port": free_port()} | {flag: other.getsockname()[1]}
        refused = drifta("up", f"--data={data}", *(f"{name}={number}" for name, number in ports.items()))
    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert "is taken by another program" in line
    assert line.endswith(f"choose another with {flag}.")


def test_a_data_directory_of_a_newer_version_is_refused(data: Path) -> None:
    (data / "version").write_text("99.1\n")
    refused = drifta("up", f"--data={data}", f"--port={free_port()}", f"--smtp-port={free_port()}")
    assert refused.returncode == 1
    assert "was written by Drifta 99.1" in refused.stderr


def test_commands_work_beside_a_running_drifta(house: House) -> None:
    token = drifta("token", "create", "ann@norrvik.example", f"--data={house.data}")
    assert (token.returncode, token.stderr) == (0, "")
    assert len(token.stdout.strip()) > 20
    unknown = drifta("token", "create", "nobody@norrvik.example", f"--data={house.data}")
    assert unknown.returncode == 1
    assert "There is nobody with the address" in unknown.stderr
    examined = drifta("doctor", f"--data={house.data}", f"--port={house.port}", f"--smtp-port={house.smtp_port}")
    assert examined.returncode == 0, examined.stdout
    assert "BAD" not in examined.stdout


def test_users_are_created_once_and_with_a_known_role(data: Path) -> None:
    known = drifta("user", "create", "ann@norrvik.example", "--role=first_line", f"--data={data}")
    assert known.returncode == 1
    role = drifta("user", "create", "bo@norrvik.example", "--role=king", f"--data={data}")
    assert "The roles are: requester" in role.stderr
    invited = drifta("user", "create", "bo@norrvik.example", "--role=first_line", f"--data={data}")
    assert invited.stdout.startswith("http://127.0.0.1:8000/")


def test_people_are_imported_after_a_look_and_everything_is_exported(house: House, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Namn;E-post;Telefon\nÅsa Öberg;asa@norrvik.example;070-174 06 99\n", encoding="cp1252")
    looked = drifta("import", "people", str(file), f"--data={house.data}")
    assert (looked.returncode, looked.stdout.split("\t")[:3]) == (0, ["2", "create", "Åsa Öberg"]), looked.stderr
    assert "asa@" not in drifta("export", "people", "-", f"--data={house.data}").stdout
    assert drifta("import", "people", str(file), "--apply", f"--data={house.data}").returncode == 0
    exported = [
        json.loads(line) for line in drifta("export", "people", "-", f"--data={house.data}").stdout.splitlines()
    ]
    (asa,) = [row for row in exported if row["name"] == "Åsa Öberg"]
    assert {"kind": "phone", "value": "+46701740699"} in asa["contact_points"]
    assert drifta("export", "tickets", str(tmp_path / "tickets.jsonl"), f"--data={house.data}").returncode == 0
    missing = drifta("import", "people", str(tmp_path / "none.csv"), f"--data={house.data}")
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)


def test_a_new_master_key_keeps_everything_readable(house: House) -> None:
    assert drifta("secrets", "rotate", f"--data={house.data}").returncode == 0  # the first one makes the key
    before = (house.data / "keys" / "master.key").read_text()
    rotated = drifta("secrets", "rotate", f"--data={house.data}")
    assert rotated.returncode == 0, rotated.stderr
    assert (house.data / "keys" / "master.key").read_text() != before
    assert drifta("doctor", f"--data={house.data}", f"--port={house.port}").returncode == 0


def contents(data: Path) -> dict[str, object]:
    """Every row of every table that only people change, as a hash."""
    cluster = Cluster(data)
    cluster.start()
    try:
        with psycopg.connect(cluster.url) as connection:
            names = [name for name in backup.count_rows(connection) if not name.startswith(QUIET)]
            return {name: connection.execute(
                f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t"  # noqa: S608 - own names
            ).fetchone() for name in names}  # fmt: skip
    finally:
        cluster.stop()


def store(data: Path, content: bytes) -> Path:
    """Put a file into the store as the house does."""
    _size, address = backup_format.measure(content)
    path = data / "files" / address[:2] / address[2:4] / address
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("sealed", [False, True])
def test_a_restored_backup_is_the_same(data: Path, empty: Path, tmp_path: Path, sealed: bool) -> None:
    stored = store(data, os.urandom(300_000))
    (tmp_path / "password").write_text("högst hemligt\n")
    words = [f"--password-file={tmp_path / 'password'}"] if sealed else []
    file = tmp_path / "all.drifta"
    made = drifta("backup", file, f"--data={data}", *words)
    assert made.returncode == 0, made.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    assert ((data / "keys" / "signing.key").read_bytes() in raw(file)) is not sealed
    if sealed:
        assert "are sealed" in drifta("restore", file, f"--data={empty}").stderr
    restored = drifta("restore", file, f"--data={empty}", *words)
    assert restored.returncode == 0, restored.stderr
    assert contents(empty) == contents(data)
    assert (empty / stored.relative_to(data)).read_bytes() == stored.read_bytes()
    for key in (data / "keys").iterdir():
        assert (empty / "keys" / key.name).read_bytes() == key.read_bytes()
    again = drifta("restore", file, f"--data={empty}", *words)
    assert "is not empty" in again.stderr


def test_keys_that_lie_elsewhere_are_in_the_backup(data: Path, empty: Path, tmp_path: Path) -> None:
    assert drifta("secrets", "rotate", f"--data={data}").returncode == 0  # makes the master key
    (data / "keys").rename(tmp_path / "elsewhere")
    told = [f"--{name}-key-file={tmp_path / 'elsewhere' / name}.key" for name in ("master", "signing")]
    file = tmp_path / "all.drifta"
    forgotten = drifta("backup", file, f"--data={data}")
    assert (forgotten.returncode, file.exists()) == (1, False)
    assert "--master-key-file" in forgotten.stderr
    made = drifta("backup", file, f"--data={data}", *told)
    assert made.returncode == 0, made.stderr

    other = [f"--{name}-key-file={tmp_path / 'restored' / name}.key" for name in ("master", "signing")]
    restored = drifta("restore", file, f"--data={empty}", *other)
    assert restored.returncode == 0, restored.stderr
    for name in ("master.key", "signing.key"):
        assert (tmp_path / "restored" / name).read_bytes() == (tmp_path / "elsewhere" / name).read_bytes()
        assert (tmp_path / "restored" / name).stat().st_mode & 0o777 == 0o600
    assert not list((empty / "keys").iterdir())


def test_another_key_is_never_overwritten(data: Path, empty: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.drifta"
    assert drifta("backup", file, f"--data={data}").returncode == 0
    (tmp_path / "signing.key").write_text("another")
    refused = drifta("restore", file, f"--data={empty}", f"--signing-key-file={tmp_path / 'signing.key'}")
    assert refused.returncode == 1
    assert "another key than the backup's" in refused.stderr
    assert (tmp_path / "signing.key").read_text() == "another"


def raw(file: Path) -> bytes:
    """The archive without its compression."""
    with file.open("rb") as packed, backup_format.zstandard.ZstdDecompressor().stream_reader(packed) as plain:
        return plain.read()


def test_a_backup_of_a_running_drifta_restores(house: House, empty: Path, tmp_path: Path) -> None:
    file = tmp_path / "all.drifta"
    assert drifta("backup", file, f"--data={house.data}").returncode == 0
    restored = drifta("restore", file, f"--data={empty}")
    assert restored.returncode == 0, restored.stderr
    copy = House(empty)
    try:
        copy.start()
        assert copy.works()
        assert not copy.said("/setup/")
    finally:
        copy.stop()


def test_a_damaged_backup_is_refused_and_changes_nothing(data: Path, empty: Path, tmp_path: Path) -> None:
    store(data, os.urandom(50_000))
    file = tmp_path / "all.drifta"
    assert drifta("backup", file, f"--data={data}").returncode == 0
    good = file.read_bytes()
    step = len(good) // 12
    for number in range(12):
        damaged = bytearray(good)
        damaged[number * step + 7] ^= 0x55
        file.write_bytes(damaged)
        with pytest.raises(Trouble):
            backup_format.read(file, lambda _name, content: content.read())
    for length in (0, 10, len(good) // 2, len(good) - 1):
        file.write_bytes(good[:length])
        with pytest.raises(Trouble):
            backup_format.read(file, lambda _name, content: content.read())
    refused = drifta("restore", file, f"--data={empty}")
    assert refused.returncode == 1
    assert "is damaged" in refused.stderr
    assert not any((empty / "files").iterdir())


def test_a_backup_of_a_newer_drifta_is_refused(tmp_path: Path) -> None:
    manifest = backup_format.Manifest(1, "99.0", "", 18, "plain", {}, 0, 0)
    backup_format.write(tmp_path / "b", manifest, {}, [])
    with pytest.raises(Trouble, match=r"made by Drifta 99\.0"):
        backup.restore(tmp_path, "", {}, tmp_path / "b")


def test_a_backup_with_foreign_members_is_refused(tmp_path: Path) -> None:
    members = {"keys/../../evil.key": b"x"}
    measured = {name: backup_format.measure(content) for name, content in members.items()}
    manifest = backup_format.Manifest(1, "0.1.0", "", 18, "plain", {}, 0, 0, measured)
    backup_format.write(tmp_path / "b", manifest, members, [])
    with pytest.raises(Trouble, match="unexpected member"):
        backup_format.read(tmp_path / "b", lambda _name, _content: None)


def test_a_manifest_of_another_format_is_refused() -> None:
    with pytest.raises(Trouble, match="format 2"):
        backup_format.read_manifest(json.dumps({"format": 2}).encode())
