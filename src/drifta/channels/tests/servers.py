"""Real processes and servers for tests: Drifta's intake and worker, an SMTP sink, dovecot."""

import asyncio
import getpass
import imaplib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from aiosmtpd.controller import Controller
from django.conf import settings
from django.db import connection

#: Seconds in which a server of another maker starts or ends.
PATIENCE = 120
RUN = {
    "intake": "from drifta.channels.intake import run; run()",
    "worker": "from drifta.kernel.worker import work; work()",
}


#: Ports below those that the system gives to whoever asks for any (from 32768 on), for each worker of the tests
#: its own: nobody takes one between two uses of it.
PORTS = range(30_000 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8, 32_700, 8)


def free_port() -> int:
    """Return a TCP port that nobody listens on now, nor will by chance."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def until(condition: Callable[[], object], seconds: float = 180, what: str = "it") -> None:
    """Wait for a condition; fails the test when it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.03)


def environment(**more: str) -> dict[str, str]:
    """Return the environment in which a process sees the test's database, files and keys."""
    values = connection.settings_dict
    url = f"postgresql://{values['USER']}@/{values['NAME']}?host={values['HOST']}&port={values['PORT'] or 5432}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "drifta.site.settings",
        "DRIFTA_DATABASE_URL": url,
        "DRIFTA_DATA": str(Path(settings.FILES_DIR).parent),
        "DRIFTA_SIGNING_KEY_FILE": str(settings.SIGNING_KEY_FILE),
        "DRIFTA_MASTER_KEY_FILE": str(settings.MASTER_KEY_FILE),
        **more,
    }


class Process:
    """One of Drifta's processes, which can be killed and started again."""

    def __init__(self, name: str, **variables: str) -> None:
        self.name, self.variables = name, variables
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        code = f"import django; django.setup(); {RUN[self.name]}"
        return subprocess.Popen(
            [sys.executable, "-c", code], env=environment(**self.variables), stdout=self.log, stderr=self.log
        )

    def kill(self) -> None:
        """Kill without warning."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def restart(self) -> None:
        """Start again after a kill."""
        self.process = self._start()

    def stop(self) -> None:
        """Ask to end, and insist after a while."""
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()

    def said(self) -> str:
        """Return what it has logged."""
        self.log.seek(0)
        return self.log.read().decode()


@contextmanager
def process(name: str, **variables: str) -> Iterator[Process]:
    """Run one of Drifta's processes until the block ends."""
    running = Process(name, **variables)
    try:
        yield running
    finally:
        running.stop()
        connection.close()


@contextmanager
def intake(**variables: str) -> Iterator[tuple[Process, int]]:
    """Run the intake until the block ends; gives it and its port."""
    port = free_port()
    with process("intake", DRIFTA_SMTP_PORT=str(port), **variables) as running:
        until(lambda: greets(port), what="the greeting")
        yield running, port


def greets(port: int) -> bool:
    """Whether a mail server answers there."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as probe:
        return probe.recv(100).startswith(b"220")
    return False


class Sink:  # aiosmtpd gives its hooks their names
    """An SMTP server that keeps what it is given; ``answer`` is what it says after a mail."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"
        #: Seconds it takes over a mail, and how many it was given at the same time.
        self.seconds, self.at_once, self.most_at_once = 0.0, 0, 0
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port(), ready_timeout=PATIENCE)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.controller.port)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        """Accept a recipient, or answer what the test wants."""
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        """Keep a mail."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.seconds)
        self.at_once -= 1
        if self.answer.startswith("250"):
            self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
        return self.answer


@contextmanager
def sink() -> Iterator[Sink]:
    """Run a sink until the block ends."""
    running = Sink()
    running.controller.start()
    try:
        yield running
    finally:
        running.controller.stop()


DOVECOT = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 0
mail_location = maildir:{home}/mail/%u
mail_uid = {owner}
mail_gid = {group}
passdb {{
  driver = static
  args = password=hemligt
}}
userdb {{
  driver = static
  args = home={home}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@contextmanager
def dovecot(home: Path) -> Iterator[int]:
    """Run dovecot with IMAP on a port of its own; every user has the password “hemligt”."""
    port, is_root = free_port(), os.geteuid() == 0
    me = getpass.getuser()
    users = (
        {"internal": "dovecot", "login": "dovenull", "group": "dovecot"} if is_root else {"internal": me, "login": me}
    )
    group = "dovecot" if is_root else subprocess.check_output(["id", "-gn"], text=True).strip()
    owner = "dovecot" if is_root else me
    config = home / "dovecot.conf"
    for folder in (home, *home.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):  # noqa: S108
            folder.chmod(0o755)
    (home / "mail").mkdir()
    if is_root:
        subprocess.check_call(["chown", owner, str(home / "mail")])
    config.write_text(DOVECOT.format(home=home, port=port, owner=owner, **{**users, "group": group}))
    running = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(config)])
    try:
        until(lambda: _signs_in(port), what="dovecot: " + str(home / "log"))
        yield port
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _signs_in(port: int) -> bool:
    with suppress(OSError, imaplib.IMAP4.error):
        box = imaplib.IMAP4("127.0.0.1", port, timeout=5)
        box.login("probe", "hemligt")
        box.logout()
        return True
    return False
