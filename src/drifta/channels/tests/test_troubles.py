"""Troubles with mail servers: from what the system says to words in the reader's language."""

import smtplib
import socket
import ssl

import pytest

from drifta.channels.troubles import TROUBLES, told, trouble


def shown(error: Exception) -> str:
    """Return the words for an error, in English."""
    return told(trouble(error, "post.example", 25), str)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "post.example:25 refused the connection."),
        (socket.gaierror(-2, "Name or service not known"), "No host is known by the name in post.example:25."),
        (TimeoutError("timed out"), "post.example:25 does not answer."),
        (ConnectionResetError(104, "Connection reset by peer"), "post.example:25 closed the connection."),
        (OSError(101, "Network is unreachable"), "post.example:25 cannot be reached: Network is unreachable."),
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 No."), "post.example:25 refused the sign-in: 535 5.7.8 No."),
        (ssl.SSLError(1, "[SSL] wrong version number"), "do not agree on encryption: "),
    ],
)
def test_what_the_system_says_is_put_into_words(error: Exception, words: str) -> None:
    assert words in shown(error)
    assert "Errno" not in shown(error)
    assert shown(error).endswith((".", "?"))


def test_what_the_server_says_stays_as_it_is() -> None:
    assert trouble(smtplib.SMTPServerDisconnected("421 Too busy"), "post.example", 25) == ""
    assert told("550 No such user", str) == "550 No such user"
    assert told("", str) == ""


def test_words_are_translated_where_they_are_shown() -> None:
    assert (
        told("refused post.example:25", {TROUBLES["refused"]: "%(server)s nekar."}.__getitem__)
        == "post.example:25 nekar."
    )
