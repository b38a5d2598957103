"""The part of ``drifta doctor`` that looks inside: migrations, jobs, plug-ins, mail, files, probes."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from drifta.channels.incoming import filters
from drifta.channels.settings import MailSettings
from drifta.kernel import jobs, settings
from drifta.probe.registry import KINDS
from drifta.site.commands import migrate
from drifta.site.doctor.examination import Finding, found
from drifta.words import gettext_noop as _
from drifta.words import ngettext


def examine_house(up: bool) -> Iterator[Finding]:
    """Examine what the database knows; ``up`` says whether ``drifta up`` runs at this moment."""
    if waiting := migrate.pending():
        text = ngettext(
            "%(count)d is missing. Run: drifta migrate", "%(count)d are missing. Run: drifta migrate", len(waiting)
        )
        yield found(_("migrations"), "bad", text, count=len(waiting))
        return
    yield found(_("migrations"), "ok", _("none is missing"))
    if up:
        yield processes()
    yield failed()
    yield from plug_ins()
    yield mail()


def processes() -> Finding:
    """Whether worker and probe have given a sign of life lately."""
    silent = [
        name
        for name, table, column in (
            ("worker", "procrastinate_workers", "last_heartbeat"),
            ("probe", "monitoring_probe", "seen_at"),
        )
        if not _alive(table, column)
    ]
    if silent:
        text = _("%(names)s: no sign of life for a minute. See the lines of drifta up.")
        return found(_("processes"), "bad", text, names=", ".join(silent))
    return found(_("processes"), "ok", _("worker and probe answer"))


def _alive(table: str, column: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max({column}) > now() - interval '1 minute' FROM {table}")  # noqa: S608 - fixed names
        (alive,) = cursor.fetchone()
    return bool(alive)


def failed() -> Finding:
    """Jobs that have used up their attempts."""
    rows = jobs.failed_jobs()
    if rows:
        text = ngettext(
            "%(count)d has failed: %(name)s: %(error)s. See Settings, Failed jobs.",
            "%(count)d have failed, last %(name)s: %(error)s. See Settings, Failed jobs.",
            len(rows),
        )
        return found(_("jobs"), "warn", text, count=len(rows), name=rows[0].name, error=rows[0].error[:80])
    return found(_("jobs"), "ok", _("none has failed"))


def plug_ins() -> Iterator[Finding]:
    """Parts that could not be loaded."""
    KINDS.load()
    broken = {**KINDS.broken, **filters.broken}
    for name, reason in broken.items():
        text = _("%(name)s cannot be loaded (%(reason)s). Update or remove its package.")
        yield found(_("plug-in"), "bad", text, name=name, reason=reason)
    if not broken:
        yield found(_("plug-ins"), "ok", _("all are loaded"))


def mail() -> Finding:
    """Whether mail can be sent."""
    chosen = settings.get(MailSettings)
    if not chosen.smtp_host:
        return found(_("mail"), "warn", _("No mail server is set: mail waits in the outbox. See Settings, Mail."))
    return found(_("mail"), "ok", "%(host)s:%(port)d", host=chosen.smtp_host, port=chosen.smtp_port)
