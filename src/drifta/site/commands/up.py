"""``drifta up``: everything on this machine, in the foreground."""

from __future__ import annotations

import argparse
import contextlib
import signal
import socket
import sys
from collections.abc import Callable

from drifta.site.commands.environment import check_server, load, start_django
from drifta.site.commands.options import Options, options_of
from drifta.site.commands.words import Trouble, say
from drifta.site.postgres.cluster import Cluster
from drifta.site.supervisor.data import locked, prepare, write_version
from drifta.site.supervisor.parts import parts
from drifta.site.supervisor.sockets import check_free, listen
from drifta.site.supervisor.supervisor import Supervisor
from drifta.site.supervisor.task import in_child
from drifta.words import gettext_noop as _


def up(arguments: argparse.Namespace) -> int:
    """Start everything, print the ready line, and stop cleanly at SIGTERM or Ctrl-C."""
    options = options_of(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    prepare(options.data)
    with locked(options.data), contextlib.ExitStack() as stack:
        listening = [listen(options.host, options.port, "--port")]
        if not options.is_reachable_locally:
            listening.append(listen("127.0.0.1", 0, "--host"))
        check_free(options.smtp_host, options.smtp_port, "--smtp-port")
        cluster = None if options.database_url else Cluster(options.data)
        if cluster is None:
            check_server(options.database_url)
        else:
            stack.callback(cluster.stop)
            cluster.start()
        _run(options, cluster, listening)
    say(_("Drifta has stopped."))
    return 0


def _run(options: Options, cluster: Cluster | None, listening: list[socket.socket]) -> None:
    url = options.database_url or (cluster.url if cluster else "")
    start_django(options, url)
    lines = in_child(lambda: load("drifta.site.supervisor.prepare:prepare_house")(options))
    write_version(options.data)
    load("django.db:connections").close_all()
    house = parts(options, url, listening)
    load("drifta.site.web.house:settle")()
    Supervisor(house, _keeper(cluster)).run(lambda: _announce(options, lines))


def _keeper(cluster: Cluster | None) -> Callable[[], None]:
    """Return what keeps the embedded database running."""

    def keep() -> None:
        if cluster is not None and cluster.pid is None:
            say(_("PostgreSQL ended. It starts again."))
            try:
                cluster.start()
            except Trouble as trouble:
                say("%(line)s", line=trouble.translated())

    return keep


def _announce(options: Options, lines: list[str]) -> None:
    """Print the ready line, the same in every language because programs wait for it, and then ``lines``."""
    sys.stdout.write(f"Drifta is ready at {options.public_url}\n")
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
