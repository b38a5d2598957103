"""A post office: mails as people's programs write them, an SMTP client, and a server that keeps what comes."""

import smtplib
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import make_msgid
from typing import Any

from aiosmtpd.controller import Controller

from tests.running import free_port, until


def picture(width: int = 64, height: int = 48) -> bytes:
    """Return a small PNG."""
    row = b"\0" + bytes(value for x in range(width) for value in (20, 104, 40 + 3 * x % 200))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def portable_document(size: int) -> bytes:
    """Return something that starts as a PDF does and is ``size`` bytes long."""
    return b"%PDF-1.7\n" + bytes((n * 7919 >> 3) & 255 for n in range(4096)) * (size // 4096) + b"\n%%EOF\n"


def letter(sender: str, subject: str, text: str, to: str, **headers: str) -> EmailMessage:
    """Return a mail in plain text; further headers by name with ``_`` for ``-``."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = make_msgid(domain="norrvik.example")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def answer_to(mail: EmailMessage, sender: str, text: str, **headers: str) -> EmailMessage:
    """Return an answer to a mail of Drifta as mail programs make it: to Reply-To, with the thread's identifiers."""
    identifier = str(mail["Message-ID"])
    references = f"{mail.get('References', '')} {identifier}".strip()
    to = str(mail.get("Reply-To") or mail["From"])
    quoted = "\n".join(f"> {line}" for line in body(mail).splitlines())
    full = f"{text}\n\nDen 21 nov. 2026 kl. 10:02 skrev {mail['From']}:\n{quoted}\n"
    return letter(sender, f"SV: {mail['Subject']}", full, to, In_Reply_To=identifier, References=references, **headers)


def body(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def send(port: int, *mails: EmailMessage, envelope_from: str | None = None) -> None:
    """Hand mails to the SMTP listener as a mail program does."""
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        for mail in mails:
            client.send_message(mail, from_addr=envelope_from)


@dataclass
class Received:
    """A mail that arrived, with its envelope."""

    mail_from: str
    rcpt_to: list[str]
    mail: EmailMessage


@dataclass
class PostOffice:
    """An SMTP server that keeps every mail it accepts."""

    port: int
    received: list[Received] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - name given by aiosmtpd
        """Keep a mail."""
        mail = BytesParser(EmailMessage, policy=policy.default).parsebytes(envelope.content)
        with self._lock:
            self.received.append(Received(envelope.mail_from, list(envelope.rcpt_tos), mail))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails to an address, in the order of their arrival."""
        with self._lock:
            return [one.mail for one in self.received if address in one.rcpt_to]

    def wait(self, address: str, number: int, seconds: float = 90) -> list[EmailMessage]:
        """Wait until ``number`` mails to an address have arrived."""
        until(lambda: len(self.to(address)) >= number, seconds, f"mail number {number} to {address}")
        return self.to(address)


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Run a mail server on a free port."""
    office = PostOffice(free_port())
    controller = Controller(
        office, hostname="127.0.0.1", port=office.port, data_size_limit=100_000_000, ready_timeout=60
    )
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
