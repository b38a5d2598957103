"""What is the matter with a mail server, as a code that is stored, and in words for whoever looks at it."""

import smtplib
import socket
import ssl
from collections.abc import Callable

from drifta.words import gettext_noop as _

#: The code of mail that is not sent because it is about example data.
EXAMPLE = "example"
#: A code, then the server and what the server or the system said, with spaces between, is how a trouble is stored.
TROUBLES = {
    "certificate": _("The certificate of %(server)s is not valid: %(said)s. Renew it, or correct the server's name."),
    "closed": _("%(server)s closed the connection. Look into its log."),
    EXAMPLE: _("Example data: this mail is not sent."),
    "no-answer": _("%(server)s does not answer. Is the address right, and does every firewall let Drifta through?"),
    "no-such-host": _("No host is known by the name in %(server)s. Correct the name, or mend the name service."),
    "refused": _("%(server)s refused the connection. Does the mail server run, and is the port right?"),
    "sign-in": _("%(server)s refused the sign-in: %(said)s. Check user and password."),
    "tls": _("%(server)s and Drifta do not agree on encryption: %(said)s. Does the security fit the port?"),
    "unreachable": _("%(server)s cannot be reached: %(said)s. Check the network of this machine."),
}
_CODES: list[tuple[type[Exception], str]] = [
    (ConnectionRefusedError, "refused"),
    (socket.gaierror, "no-such-host"),
    (TimeoutError, "no-answer"),
    (ssl.SSLCertVerificationError, "certificate"),
    (ssl.SSLError, "tls"),
    (smtplib.SMTPNotSupportedError, "tls"),
    (smtplib.SMTPAuthenticationError, "sign-in"),
    (ConnectionError, "closed"),
]


def trouble(error: Exception, host: str, port: int) -> str:
    """Return what is to be stored about a failed connection; "" when the error's own text says it best."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return f"{code} {host}:{port} {_said(error)}".strip()
    if isinstance(error, OSError) and error.errno:
        return f"unreachable {host}:{port} {error.strerror}"
    return ""


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        words = error.smtp_error
        return f"{error.smtp_code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return str(error.verify_message)
    return str(getattr(error, "reason", None) or error)


def told(stored: str, translate: Callable[[str], str]) -> str:
    """Put a stored trouble into words by ``translate``; other texts are translated where they can be."""
    code, _space, rest = stored.partition(" ")
    if code not in TROUBLES:
        return translate(stored) if stored else ""
    server, _space, said = rest.partition(" ")
    return translate(TROUBLES[code]) % {"server": server, "said": said.rstrip(".")}
