"""The embedded PostgreSQL against everything that happens to one: kills, stale files, other versions, full disks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest

from drifta.site.commands.words import Trouble
from drifta.site.doctor import examination
from drifta.site.postgres import cluster as postgres
from drifta.site.postgres import home as postgres_home
from drifta.site.postgres.cluster import Cluster, embedded
from drifta.site.postgres.config import configuration
from drifta.site.supervisor.data import locked, prepare, running, version_key

pytestmark = pytest.mark.slow

PARENT = """
import sys, time
from pathlib import Path
from drifta.site.postgres.cluster import Cluster
cluster = Cluster(Path(sys.argv[1]))
cluster.start()
print(cluster.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """Return a directory that PostgreSQL's user can reach (pytest's own temporary ones are closed to others)."""
    path = Path(tempfile.mkdtemp(prefix="drifta-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def cluster(data: Path) -> Iterator[Cluster]:
    """Return a durable cluster that runs."""
    made = Cluster(data)
    made.start()
    yield made
    made.stop()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for ``condition``, at most ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_an_embedded_one_is_up_in_two_seconds_and_gone_afterwards() -> None:
    begun = time.process_time()
    with embedded() as cluster, psycopg.connect(cluster.url) as connection:
        row = connection.execute("SELECT current_user, current_setting('fsync')").fetchone()
        assert row == ("drifta", "off")
        directory, pid = cluster.data, cluster.pid
    assert time.process_time() - begun < 2
    assert not directory.exists()
    assert pid is not None
    assert not alive(pid)


def test_it_is_durable_sorts_by_code_point_and_listens_on_no_port(cluster: Cluster) -> None:
    with cluster.connect() as connection:
        names = ("fsync", "data_checksums", "listen_addresses", "jit")
        values = [connection.execute(f"SHOW {name}").fetchone() for name in names]
        assert values == [("on",), ("on",), ("",), ("off",)]
        assert connection.execute("SELECT upper('åäö'), 'å' > 'z'").fetchone() == ("ÅÄÖ", True)
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)


def test_trusted_extensions_can_be_made_by_the_owner(cluster: Cluster) -> None:
    with cluster.connect() as connection:
        for name in ("pg_trgm", "unaccent", "btree_gist"):
            connection.execute(f"CREATE EXTENSION {name}")


def test_a_killed_server_loses_nothing_and_starts_again(cluster: Cluster) -> None:
    with cluster.connect() as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    assert cluster.pid is not None
    os.kill(cluster.pid, signal.SIGKILL)
    until(lambda: cluster.pid is None)
    cluster.start()
    with cluster.connect() as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_it_ends_when_its_parent_is_killed(data: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(data)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not alive(pid))


def test_a_pid_file_that_names_another_program_is_no_hindrance(data: Path) -> None:
    first = Cluster(data)
    first.start()
    first.stop()
    pid_file = first.home.cluster / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{first.home.cluster}\n")
    shutil.chown(pid_file, first.home.cluster.owner(), first.home.cluster.group())
    second = Cluster(data)
    second.start()
    second.stop()


def test_another_major_version_is_refused_with_the_mend(data: Path) -> None:
    cluster = Cluster(data)
    cluster.start()
    cluster.stop()
    (cluster.home.cluster / "PG_VERSION").write_text("99\n")
    with pytest.raises(Trouble, match=r"PostgreSQL 99.*backup"):
        Cluster(data).start()


def test_a_full_disk_is_named_before_the_start(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "LEAST_SPACE", 1 << 60)
    with pytest.raises(Trouble, match="is full"):
        Cluster(data).start()


def test_a_disk_that_fills_during_the_creation_is_named_and_nothing_half_stays(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    mount = data / "small"
    mount.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m,mode=711", "tmpfs", str(mount)], check=True)
    try:
        monkeypatch.setattr(postgres, "LEAST_SPACE", 0)
        with pytest.raises(Trouble, match="full"):
            Cluster(mount).start()
        assert not (mount / "postgres" / "PG_VERSION").exists()
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=True)


def test_a_long_path_gets_its_socket_elsewhere(data: Path) -> None:
    deep = data / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)
    cluster = Cluster(deep)
    cluster.start()
    try:
        assert not cluster.home.sockets.is_relative_to(deep)
        with cluster.connect() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home.sockets, ignore_errors=True)


def test_a_socket_directory_of_somebody_else_is_refused(data: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("giving a directory to another user needs root")
    home = postgres_home.locate(data)
    home.sockets.rmdir()
    home.sockets.mkdir()
    os.chown(home.sockets, 65534, 65534)
    with pytest.raises(Trouble, match="belongs to somebody else"):
        Cluster(data).start()


def test_root_keeps_the_database_where_its_user_can_reach_it(data: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has to change the user")
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(closed)
    try:
        cluster.start()
        place = cluster.home.cluster.parent
        assert place.parent == postgres_home.SYSTEM_HOME
        assert (closed / postgres_home.NOTE).read_text().strip() == str(place)
        assert closed.stat().st_mode & 0o777 == 0o700
        cluster.stop()
        again = Cluster(closed)
        again.start()
        again.stop()
        assert again.home.cluster == cluster.home.cluster
    finally:
        cluster.stop()
        shutil.rmtree(postgres_home.SYSTEM_HOME / postgres_home.short_hash(closed), ignore_errors=True)


def test_the_configuration_fits_the_machine() -> None:
    small = configuration(Path("/s"), durable=True, memory=1 << 30)
    large = configuration(Path("/s"), durable=True, memory=1 << 38)
    assert "shared_buffers = '64MB'" in small
    assert "shared_buffers = '1024MB'" in large
    assert "fsync" not in small


@pytest.mark.parametrize(("asked", "heard", "verdict"), [(-3, 0, "ok"), (-100, -97, "bad"), (97, 100, "bad")])
def test_a_wrong_clock_is_told_from_a_slow_answer(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, asked: float, heard: float, verdict: str
) -> None:
    moments = iter((asked, heard))
    monkeypatch.setattr(examination, "time", SimpleNamespace(time=lambda: time.time() + next(moments)))
    assert examination.server(cluster.url).verdict == verdict


def test_a_second_start_names_the_first(data: Path) -> None:
    prepare(data)
    assert running(data) is None
    with locked(data):
        assert running(data) == os.getpid()
        with pytest.raises(Trouble, match=rf"already runs .*process {os.getpid()}"), locked(data):
            pass
    assert running(data) is None


def test_a_command_that_holds_the_data_is_waited_for(data: Path, capfd: pytest.CaptureFixture[str]) -> None:
    prepare(data)
    order = []
    with ThreadPoolExecutor() as pool:
        with locked(data, passing=True):
            assert running(data) is None
            next_one = pool.submit(_hold, data, order)
            until(lambda: "Waiting for another drifta command" in capfd.readouterr().err)
            order.append("command")
        next_one.result(60)
    assert order == ["command", "next"]


def _hold(data: Path, order: list[str]) -> None:
    with locked(data):
        order.append("next")


def test_a_data_directory_of_a_newer_drifta_is_refused(data: Path) -> None:
    (data / "version").write_text("99.0.1\n")
    with pytest.raises(Trouble, match=r"written by Drifta 99\.0\.1"):
        prepare(data)


def test_versions_are_compared_by_their_numbers() -> None:
    assert version_key("1.10.0") > version_key("1.9.9")


def test_a_data_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Trouble, match="cannot be written"):
        prepare(tmp_path / "file" / "below")
