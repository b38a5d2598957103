"""What must work before people can work: database, migrations, worker, disk."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drifta.site.commands import migrate

#: Seconds since its last sign of life after which a worker counts as missing.
WORKER_SILENT = 45
#: Bytes that must be free where files are stored.
LEAST_SPACE = 200 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One part, whether it works, and what is the matter (“ok” when nothing is)."""

    part: str
    label: str
    said: str

    @property
    def good(self) -> bool:
        """Whether nothing is the matter."""
        return self.said == "ok"


def examine() -> list[Finding]:
    """Look at every part; when the database does not answer, the parts inside it are left out."""
    database = Finding("database", _("Database"), _asked(_database))
    parts = [database, Finding("disk", _("Disk"), _asked(_disk))]
    if database.good:
        parts.append(Finding("migrations", _("Migrations"), _asked(_migrations)))
        parts.append(Finding("worker", _("Background work"), _asked(_worker)))
    return parts


def _asked(question: Callable[[], str]) -> str:
    try:
        return question()
    except (DatabaseError, OSError) as error:
        return f"{type(error).__name__}: {str(error).strip()[:200]}"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    waiting = migrate.pending()
    text = ngettext(
        "%(count)d migration is missing: run “drifta migrate”",
        "%(count)d migrations are missing: run “drifta migrate”",
        len(waiting),
    )
    return text % {"count": len(waiting)} if waiting else "ok"


def _worker() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
        (silent,) = cursor.fetchone()
    if silent is None:
        return _("no worker runs: start “drifta worker”")
    return "ok" if silent < WORKER_SILENT else _("no sign of life for %(seconds)d s") % {"seconds": silent}


def _disk() -> str:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free >= LEAST_SPACE:
        return "ok"
    text = _("only %(free)d MB are free in %(directory)s: make room")
    return text % {"free": free // 1024**2, "directory": settings.DATA_DIR}
