"""What commands stand on: a database that answers, and Django set up for it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import django
import psycopg

from drifta.site.commands.options import Options
from drifta.site.commands.words import Trouble
from drifta.site.postgres.cluster import Cluster
from drifta.site.supervisor.data import locked, prepare, running
from drifta.words import gettext_noop as _

SETTINGS = "drifta.site.settings"
OLDEST_SERVER = 15


def load(address: str) -> Any:
    """Return the object at ``module:name``; for what may be imported only after Django is set up."""
    module, _colon, name = address.partition(":")
    return getattr(import_module(module), name)


def start_django(options: Options, database_url: str) -> None:
    """Set up Django for ``options`` on the database at ``database_url``."""
    os.environ.update(options.environment(database_url))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    # numpy's linear algebra starts a thread for every core and is not used: forking needs a single thread.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    django.setup()


def check_server(url: str) -> None:
    """Raise ``Trouble`` unless a PostgreSQL that is new enough answers at ``url``."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version // 10000
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise Trouble(
            _("The database at DRIFTA_DATABASE_URL does not answer (%(reason)s). Start it, or correct the address."),
            reason=reason,
        ) from error
    if version < OLDEST_SERVER:
        raise Trouble(
            _("The database is PostgreSQL %(found)s. Use %(oldest)s or newer."), found=version, oldest=OLDEST_SERVER
        )


@contextlib.contextmanager
def database(options: Options) -> Iterator[str]:
    """Yield the database's address: a server's, a running ``drifta up``'s, or one started for the moment."""
    prepare(options.data)
    if options.database_url:
        check_server(options.database_url)
        yield options.database_url
    elif running(options.data) is not None:
        yield Cluster(options.data).url
    else:
        with locked(options.data, passing=True), contextlib.ExitStack() as stack:
            cluster = Cluster(options.data)
            stack.callback(cluster.stop)
            cluster.start()
            yield cluster.url


@contextlib.contextmanager
def django_on(options: Options) -> Iterator[None]:
    """Django, ready to work on the database of ``options``, migrated."""
    with database(options) as url:
        start_django(options, url)
        load("drifta.site.commands.migrate:ensure")()
        yield
        load("django.db:connections").close_all()
