"""No backup of the file server was made for days."""

from __future__ import annotations

import datetime
import json

from lab.breaking import Change, shell, steps
from lab.building import Premises
from lab.faults import Fault
from lab.servers.backup_target import restic
from lab.symptoms import WATCH, both, fails, well

JOB = "30 2 * * * root restic backup /srv"
FILE = "/etc/cron.d/backup"
DAY = datetime.timedelta(days=1)


def forget(premises: Premises) -> None:
    """Forget the backups that the host has."""
    if known := [one["id"] for one in backups(premises)]:
        restic(premises["backup"], premises[WATCH], "forget", *known)


def keep(days: int) -> Change:
    """Make a backup of one file as if it were some days ago."""

    def change(premises: Premises) -> None:
        when = (datetime.datetime.now(datetime.UTC) - days * DAY).strftime("%Y-%m-%d %H:%M:%S")
        words = ("backup", "-q", "--host", "files", "--time", when, "/etc/hostname")
        restic(premises["backup"], premises[WATCH], *words)

    return change


def backups(premises: Premises) -> list[dict[str, str]]:
    """What restic tells about the backups of the host."""
    told: list[dict[str, str]] = json.loads(
        restic(premises["backup"], premises[WATCH], "snapshots", "--json", "--host", "files")
    )
    return told


def overdue(premises: Premises) -> str:
    """The latest backup is too old."""
    times = [datetime.datetime.fromisoformat(one["time"][:19]) for one in backups(premises)]
    newest = max(times, default=None)
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    return f"The latest backup is of {newest}" if newest and now - newest > 2 * DAY else ""


FAULT = Fault(
    name="backup-overdue",
    area="backups",
    broken=f"The latest backup of the host files is eight days old; the line in its {FILE} is switched off.",
    symptom="Nobody notices, until somebody wants yesterday's file back.",
    cause="The nightly job was switched off and not switched on again.",
    fixes=("Switch the line in /etc/cron.d/backup on again and make a backup now.",),
    hosts=("files", "backup", "watch"),
    hurts=frozenset(),
    inject=steps(shell("files", f"echo '# {JOB}' > {FILE}"), forget, keep(8)),
    heal=steps(shell("files", f"echo '{JOB}' > {FILE}"), keep(0)),
    shows=both(well(fails("backup", "backup_target")), overdue),
)
