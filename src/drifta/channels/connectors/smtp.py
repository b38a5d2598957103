"""The mail server that Drifta hands its mail to (RFC 5321 as a client, RFC 4954 sign-in, RFC 3207 STARTTLS)."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from drifta.channels.troubles import trouble

SECONDS = 60


class Unreachable(Exception):
    """The server itself cannot be used now (no connection, no sign-in); no mail is to blame.

    The text is a trouble as it is stored (``troubles.told`` puts it into words), or what the server said.
    """


class Refused(Exception):
    """The server does not take this mail. ``permanent``: never (5xx); otherwise it may later (4xx)."""

    def __init__(self, text: str, *, permanent: bool) -> None:
        super().__init__(text)
        self.permanent = permanent


@dataclass(frozen=True)
class Server:
    """How the mail server is reached. ``security`` is starttls, tls or none."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)


@contextmanager
def session(server: Server, name: str) -> Iterator[smtplib.SMTP]:
    """Connect and sign in; ``name`` is how we greet. Raises ``Unreachable``."""
    try:
        connection = _connect(server, name)
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(trouble(error, server.host, server.port) or _text(error)) from error
    try:
        yield connection
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()


def _connect(server: Server, name: str) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=SECONDS, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=SECONDS)
    try:
        connection.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            connection.starttls(context=context)
            connection.ehlo()
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def send(connection: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> str:
    """Hand one mail over; returns the server's answer. Raises ``Refused`` or ``Unreachable``."""
    try:
        options = ["SMTPUTF8"] if _needs_utf8(connection, sender, recipient) else []
        _expect(connection.mail(sender, options), (250,))
        _expect(connection.rcpt(recipient), (250, 251))
        code, answer = connection.data(content)
        _expect((code, answer), (250,))
    except Refused:
        with suppress(OSError, smtplib.SMTPException):
            connection.rset()
        raise
    except smtplib.SMTPDataError as error:
        raise Refused(_text(error), permanent=error.smtp_code >= 500) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(_text(error)) from error
    return answer.decode("utf-8", "replace")


def _needs_utf8(connection: smtplib.SMTP, *addresses: str) -> bool:
    if all(address.isascii() for address in addresses):
        return False
    if not connection.has_extn("smtputf8"):
        raise Refused("550 The mail server does not accept addresses outside ASCII (SMTPUTF8).", permanent=True)
    return True


def _expect(answer: tuple[int, bytes], good: tuple[int, ...]) -> None:
    code, text = answer
    if code == 421:
        raise smtplib.SMTPServerDisconnected(f"421 {text.decode('utf-8', 'replace')}")
    if code not in good:
        raise Refused(f"{code} {text.decode('utf-8', 'replace')}", permanent=code >= 500)


def _text(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = (
            error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        )
        return f"{error.smtp_code} {words}"
    return str(error) or type(error).__name__


def try_out(server: Server, name: str) -> None:
    """Connect, sign in, and leave. Raises ``Unreachable`` with the reason."""
    with session(server, name) as connection:
        connection.noop()
