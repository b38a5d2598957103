"""A real probe, a real server, a real nginx with TLS: what fails becomes one ticket, what recovers resolves it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections

from drifta.desk.models import Ticket
from drifta.kernel import live
from drifta.kernel.actor import SYSTEM
from drifta.kernel.testing import run_jobs
from drifta.monitoring import actions
from drifta.monitoring.actions import silence
from drifta.monitoring.models import Alert, Check, CheckState, Probe, State, StateChange
from drifta.monitoring.tests import factories
from drifta.probe.tests.peers import reserved_port
from drifta.site.web.house import ROUTES
from drifta.site.web.server import Shell

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PATIENCE = 180.0
SOON = 45.0
"""Seconds for a ticket; less than an alert waits for the checks of its host (``settling.PATIENCE``)."""
AT_ONCE = 20.0
"""Seconds for what the probe is told at once; less than its question for news takes by itself."""
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    location / {{ return 200 "it works"; }}
  }}
}}
"""

OPENSSL = [
    *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90"),
    *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
]


def eventually(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    """Do the worker's jobs until the condition holds."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < patience, "it has not happened in time"
        run_jobs()
        time.sleep(0.02)


@pytest.fixture
def server() -> Iterator[str]:
    """Drifta's web process in a thread, on the test's database."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE monitoring_sample")
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    shell = Shell(get_wsgi_application(), ROUTES)
    web = uvicorn.Server(uvicorn.Config(shell, lifespan="off", log_level="error", timeout_graceful_shutdown=1))
    web.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=web.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    web.should_exit = True
    shell.end_streams()
    thread.join(60)
    live.hub.__init__()  # type: ignore[misc]
    connections.close_all()


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Site:
    """A site with a probe and an nginx."""

    def __init__(self, server: str, folder: Path, port: int) -> None:
        self.server, self.folder, self.port = server, folder, port
        self.probe, key = factories.probe()
        (folder / "key").write_text(key)
        subprocess.run(
            [*OPENSSL, "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
            check=True,
            capture_output=True,
        )
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=self.port))

    def start_probe(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        data = self.folder / "probe"
        command = ["-m", "drifta.probe", "--server", self.server, "--key-file", str(self.folder / "key")]
        return running(sys.executable, *command, "--data", str(data))

    @contextmanager
    def start_nginx(self) -> Iterator[None]:
        """Run nginx; it answers when the block begins."""
        with running("nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")):
            eventually(self.is_open)
            yield

    def is_open(self) -> bool:
        """Tell whether something listens at the port."""
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0

    def watch(self) -> list[Check]:
        """Watch the host, the port, the certificate and the page."""
        times = {"interval": 6, "timeout": 5, "retries": 2, "retry_interval": 1}
        at = {"host": "127.0.0.1", "port": self.port}
        page = {"url": f"https://127.0.0.1:{self.port}/", "verify": False, "contains": "works"}
        return [
            factories.check(self.probe, "port", "tcp", settings=at, **times),
            factories.check(self.probe, "certificate", "tls", settings={**at, "trusted": False}, **times),
            factories.check(self.probe, "page", "http", settings=page, **times),
        ]


@pytest.fixture
def site(server: str, tmp_path: Path) -> Iterator[Site]:
    with reserved_port() as port:
        yield Site(server, tmp_path, port)


def states() -> set[int | None]:
    return set(CheckState.objects.values_list("hard_state", flat=True))


def test_nginx_stops_and_starts_again(site: Site) -> None:
    checks = site.watch()
    with site.start_probe():
        with site.start_nginx():
            eventually(lambda: states() == {State.GOOD})
        eventually(Ticket.objects.exists, SOON)
        eventually(lambda: Alert.objects.filter(ended_at=None, settled=True).count() == 3)
        assert Ticket.objects.count() == 1
        assert Alert.objects.filter(cause=None).get().check_row_id == checks[0].pk
        with site.start_nginx():
            eventually(lambda: Ticket.objects.get().state == Ticket.State.RESOLVED)
            assert states() == {State.GOOD}
    assert Ticket.objects.count() == 1


def test_a_killed_probe_loses_and_doubles_nothing(site: Site) -> None:
    site.watch()
    with site.start_nginx():
        with site.start_probe() as probe:
            eventually(lambda: states() == {State.GOOD})
            os.kill(probe.pid, signal.SIGKILL)
            probe.wait()
        before = StateChange.objects.count()
        with site.start_probe():
            seen = Probe.objects.get(pk=site.probe.pk).seen_at
            eventually(lambda: Probe.objects.get(pk=site.probe.pk).seen_at != seen)
            eventually(lambda: states() == {State.GOOD})
    assert StateChange.objects.count() == before
    assert not Alert.objects.exists()


def test_a_probe_that_is_gone_is_one_alert(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.watch()
    with site.start_nginx():
        with site.start_probe():
            eventually(lambda: states() == {State.GOOD})
        monkeypatch.setattr(silence, "SILENT_AFTER", timedelta(seconds=2))
        eventually(lambda: actions.find_silent_probes(SYSTEM))
        assert states() == {State.UNKNOWN}
        assert Alert.objects.get().source == Alert.Source.PROBE
        with site.start_probe():
            eventually(lambda: states() == {State.GOOD})
            eventually(lambda: Alert.objects.exclude(ended_at=None).count() == 1)
    assert Alert.objects.count() == 1


def test_a_new_check_and_test_now_answer_within_moments(site: Site) -> None:
    with site.start_nginx(), site.start_probe():
        eventually(lambda: Probe.objects.get(pk=site.probe.pk).host)
        check = site.watch()[0]
        eventually(lambda: states() == {State.GOOD}, AT_ONCE)
        actions.edit_check(SYSTEM, check, interval=3600, retry_interval=3600)
        actions.test_check(SYSTEM, check)
        eventually(lambda: not Check.objects.get(pk=check.pk).run_token, AT_ONCE)


def test_a_wrong_key_delivers_nothing(site: Site) -> None:
    site.watch()
    (site.folder / "key").write_text("drifta-probe-wrong")
    with site.start_probe() as probe:
        with pytest.raises(AssertionError, match="in time"):
            eventually(lambda: states() != {None}, patience=3)
        assert probe.poll() is None
