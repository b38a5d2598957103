"""Listening sockets, opened before anything else starts, so that a taken port is known at once."""

from __future__ import annotations

import errno
import socket

from drifta.site.commands.words import Trouble
from drifta.words import gettext_noop as _

BACKLOG = 2048


def listen(host: str, port: int, flag: str) -> socket.socket:
    """Return a socket that listens on ``host`` and ``port``; ``flag`` is the setting to change when that
    fails.

    Raises ``Trouble`` when the port is taken, not allowed, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise _explain(error, host, port, flag) from error


def check_free(host: str, port: int, flag: str) -> None:
    """Raise ``Trouble`` when nothing could listen on ``host`` and ``port``."""
    listen(host, port, flag).close()


def _explain(error: OSError, host: str, port: int, flag: str) -> Trouble:
    if error.errno == errno.EADDRINUSE:
        return Trouble(
            _("Port %(port)s on %(host)s is taken by another program. Stop it, or choose another with %(flag)s."),
            port=port,
            host=host,
            flag=flag,
        )
    if error.errno == errno.EACCES:
        return Trouble(
            _("Port %(port)s may be opened by root alone. Choose one from 1024 with %(flag)s."),
            port=port,
            flag=flag,
        )
    return Trouble(
        _("Nothing can listen on %(host)s port %(port)s (%(reason)s). Choose another address of this machine."),
        host=host,
        port=port,
        reason=error.strerror or str(error),
    )
