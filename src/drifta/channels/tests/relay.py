"""Where outgoing mail goes in tests: a real relay (opensmtpd), and a server that asks for encryption and a sign-in.

The opensmtpd of Debian 12 cannot use its key with the OpenSSL beside it, so encryption is tried with aiosmtpd.
"""

import os
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from drifta.channels.tests.servers import PATIENCE, free_port, until

USER, PASSWORD = "drifta", "hemligt-ord"
CONFIGURATION = """
listen on 127.0.0.1 port {port}
action "on" relay host "smtp://127.0.0.1:{target}"
match from any for any action "on"
"""
#: Its spool and its control socket have fixed places: they are its own in its namespace.
START = """
mount -t tmpfs -o mode=755 tmpfs /var/spool && mkdir -m 711 /var/spool/smtpd &&
mount -t tmpfs -o mode=755 tmpfs /run && exec smtpd -d -f {folder}/smtpd.conf
"""


@contextmanager
def opensmtpd(folder: Path, target: int) -> Iterator[int]:
    """Run opensmtpd until the block ends; gives its port. It relays to the port ``target``. Needs root."""
    port, configuration = free_port(), folder / "smtpd.conf"
    configuration.write_text(CONFIGURATION.format(port=port, target=target))
    configuration.chmod(0o600)
    command = ["unshare", "--mount", "sh", "-c", START.format(folder=folder)]
    programs = {**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, env=programs)
        try:
            until(lambda: _listens(port), what=f"opensmtpd: {folder / 'log'}")
            yield port
        finally:
            running.terminate()
            running.wait(PATIENCE)


def _listens(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    return False


@dataclass
class Submission:
    """A server that takes mail over TLS from whoever signs in; ``certificate`` is what vouches for it."""

    certificate: Path
    port: int = field(default_factory=free_port)
    mails: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail."""
        self.mails.append(envelope.content)
        return "250 OK"


@contextmanager
def submission(folder: Path, security: str) -> Iterator[Submission]:
    """Run a server until the block ends; ``security`` is starttls or tls."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.check_call(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    taken = Submission(certificate)
    options = {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    controller = Controller(
        taken, hostname="localhost", port=taken.port, authenticator=_authenticate, auth_required=True,
        auth_require_tls=security == "starttls", ready_timeout=PATIENCE, **options,
    )  # fmt: skip
    controller.start()
    try:
        yield taken
    finally:
        controller.stop()


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=is_right)
