"""The shell of this house: Django's pages and API, and the paths that asynchronous applications serve."""

from __future__ import annotations

import gc
import socket

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from drifta.kernel import live
from drifta.monitoring import long_poll
from drifta.site.web.server import Application, Shell, serve

ROUTES: dict[str, Application] = {
    "/live": live.application,
    "/probe/v1/assignments": long_poll.application,
}
"""Asynchronous applications by path; they must not hold a thread or a database connection while they wait."""


def build_shell() -> Shell:
    """Import everything that requests need: the first one does not wait, and forked processes share it."""
    shell = Shell(get_wsgi_application(), ROUTES)
    _ = get_resolver().url_patterns
    return shell


def settle() -> None:
    """Hide what has been imported from the garbage collector, so that forked processes share it."""
    gc.collect()
    gc.freeze()


def serve_house(listening: list[socket.socket], trusted_proxies: str) -> None:
    """Serve the house on the sockets ``listening`` until the process is told to stop."""
    serve(build_shell(), listening, trusted_proxies)
