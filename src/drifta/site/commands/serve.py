"""Commands that run one process each, for sites where systemd or containers supervise them."""

from __future__ import annotations

import argparse

from drifta.site.commands.environment import database, load, start_django
from drifta.site.commands.options import Options, options_of
from drifta.site.supervisor.sockets import listen


def web(arguments: argparse.Namespace) -> int:
    """``drifta web``: pages and API on ``--host`` and ``--port``."""
    options = options_of(arguments)
    sockets = [listen(options.host, options.port, "--port")]
    with database(options) as url:
        start_django(options, url)
        load("drifta.site.web.house:serve_house")(sockets, options.trusted_proxies)
    return 0


def worker(arguments: argparse.Namespace) -> int:
    """``drifta worker``: background jobs."""
    return _run(options_of(arguments), "drifta.kernel.worker:work")


def intake(arguments: argparse.Namespace) -> int:
    """``drifta intake``: incoming mail."""
    return _run(options_of(arguments), "drifta.channels.intake:run")


def _run(options: Options, address: str) -> int:
    with database(options) as url:
        start_django(options, url)
        load(address)()
    return 0
