"""Drifta's own measures, in Prometheus' text exposition format 0.0.4."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import psutil
from django.db import connection

from drifta import __version__


@dataclass(frozen=True)
class Measure:
    """One family: its name, kind (gauge, counter), help, and samples as (labels, value)."""

    name: str
    kind: str
    help: str
    samples: list[tuple[dict[str, str], float]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Write the family."""
        yield f"# HELP {self.name} {self.help}"
        yield f"# TYPE {self.name} {self.kind}"
        for labels, value in self.samples:
            inner = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            yield f"{self.name}{{{inner}}} {value!r}" if inner else f"{self.name} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


#: Families that one cheap statement each answers: name, kind, help, label, table it needs, statement.
COUNTED = (
    (
        "drifta_jobs", "gauge", "Background jobs by state.", "state", "procrastinate_jobs",
        "SELECT status::text, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1",
    ),
    (
        "drifta_tickets_open", "gauge", "Tickets that somebody has to do something about, by state.", "state",
        "desk_ticket",
        "SELECT state, count(*) FROM desk_ticket WHERE state IN ('new', 'open', 'waiting') GROUP BY 1",
    ),
    (
        "drifta_outgoing_mail", "gauge", "Outgoing mail that is not sent, by state.", "state", "channels_outgoingmail",
        "SELECT state, count(*) FROM channels_outgoingmail WHERE state NOT IN ('sent', 'bounced') GROUP BY 1",
    ),
    (
        "drifta_incoming_mail", "gauge", "Received mail that is not a ticket yet, by state.", "state",
        "channels_rawmail",
        "SELECT state, count(*) FROM channels_rawmail WHERE state IN ('received', 'unprocessed') GROUP BY 1",
    ),
    (
        "drifta_checks", "gauge", "Checks by state.", "state", "monitoring_checkstate",
        "SELECT state::text, count(*) FROM monitoring_checkstate GROUP BY 1",
    ),
    (
        "drifta_alerts_open", "gauge", "Alerts that have not ended.", "", "monitoring_alert",
        "SELECT '', count(*) FROM monitoring_alert WHERE ended_at IS NULL",
    ),
    (
        "drifta_event_log_last", "counter", "Number of the newest event in the log.", "", "kernel_event",
        "SELECT '', coalesce(max(id), 0) FROM kernel_event",
    ),
    (
        "drifta_event_log_sealed", "counter", "Number of the newest sealed event.", "", "kernel_seal",
        "SELECT '', coalesce(max(last_event), 0) FROM kernel_seal",
    ),
    (
        "drifta_sessions", "gauge", "Browsers that are signed in.", "", "django_session",
        "SELECT '', count(*) FROM django_session WHERE expire_date > now()",
    ),
    (
        "drifta_database_bytes", "gauge", "Size of the database.", "", "",
        "SELECT '', pg_database_size(current_database())",
    ),
)  # fmt: skip


def text() -> str:
    """Return all measures."""
    families = [*_process(), *_counted()]
    return "\n".join(line for family in families for line in family.lines()) + "\n"


@lru_cache(maxsize=1)
def _tables() -> frozenset[str]:
    return frozenset(connection.introspection.table_names())


def _counted() -> Iterable[Measure]:
    for name, kind, help_text, label, table, statement in COUNTED:
        if not table or table in _tables():
            yield Measure(name, kind, help_text, _ask(label, statement))


def _ask(label: str, statement: str) -> list[tuple[dict[str, str], float]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [({label: str(value)} if label else {}, float(number)) for value, number in cursor.fetchall()]


def _process() -> list[Measure]:
    """Describe the web process under the names that Prometheus' own clients use."""
    process = psutil.Process()
    with process.oneshot():
        times, memory = process.cpu_times(), process.memory_info()
        begun, threads, files = process.create_time(), process.num_threads(), process.num_fds()
    return [
        Measure("drifta_info", "gauge", "The version.", [({"version": __version__}, 1)]),
        Measure("process_cpu_seconds_total", "counter", "Processor time used.", [({}, times.user + times.system)]),
        Measure("process_resident_memory_bytes", "gauge", "Resident memory.", [({}, memory.rss)]),
        Measure("process_start_time_seconds", "gauge", "When the process began.", [({}, begun)]),
        Measure("process_threads", "gauge", "Threads.", [({}, threads)]),
        Measure("process_open_fds", "gauge", "Open files.", [({}, files)]),
    ]
