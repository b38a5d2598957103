"""Drifta's own measures, in Prometheus' text exposition format 0.0.4."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

import psutil
from django.db import connection

from drifta import __version__
from drifta.site.web.traffic import BOUNDS, Kind, Tally, traffic

Labels = dict[str, str]


@dataclass(frozen=True)
class Measure:
    """One family: its name, kind (gauge, counter), help, and samples as (labels, value)."""

    name: str
    kind: str
    help: str
    samples: list[tuple[Labels, float]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Write the family."""
        yield from _head(self.name, self.kind, self.help)
        for labels, value in self.samples:
            yield _line(self.name, labels, value)


@dataclass(frozen=True)
class Histogram:
    """A family of durations in seconds: for each set of labels how many were at most so long, and their sum."""

    name: str
    help: str
    tallies: list[tuple[Labels, Tally]]

    def lines(self) -> Iterator[str]:
        """Write the family."""
        yield from _head(self.name, "histogram", self.help)
        for labels, tally in self.tallies:
            numbers = list(accumulate(tally.classes))
            for bound, number in zip((*map(str, BOUNDS), "+Inf"), numbers, strict=True):
                yield _line(f"{self.name}_bucket", {**labels, "le": bound}, number)
            yield _line(f"{self.name}_sum", labels, tally.seconds)
            yield _line(f"{self.name}_count", labels, numbers[-1])


def _head(name: str, kind: str, help_text: str) -> Iterator[str]:
    yield f"# HELP {name} {help_text}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, labels: Labels, value: float) -> str:
    inner = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{inner}}} {value!r}" if inner else f"{name} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _by_state(table: str, state: str, *states: str) -> str:
    """Return a statement that counts a table's rows in each of ``states``, zeros included."""
    named = ", ".join(f"'{one}'" for one in states)
    return (
        f"SELECT s, count(t.{state}) FROM unnest(ARRAY[{named}]) s"  # noqa: S608 - fixed names
        f" LEFT JOIN {table} t ON t.{state}::text = s GROUP BY s"
    )


JOBS = _by_state("procrastinate_jobs", "status", "todo", "doing", "failed")
TICKETS = (  # written so that PostgreSQL takes the index over open tickets
    "SELECT state, count(*) FROM desk_ticket WHERE state IN ('new', 'open', 'waiting') GROUP BY state"
)
OUTGOING = _by_state("channels_outgoingmail", "state", "waiting", "failed")
INCOMING = _by_state("channels_rawmail", "state", "received", "unprocessed")
RECEIVED = "SELECT via, count(*) FROM channels_rawmail GROUP BY via"
SENT = "SELECT kind, count(*) FROM channels_outgoingmail WHERE state IN ('sent', 'bounced') GROUP BY kind"
CHECKS = (
    "SELECT s, count(c.state) FROM unnest(ARRAY['good', 'warning', 'bad', 'unknown']) WITH ORDINALITY AS names (s, n)"
    " LEFT JOIN monitoring_checkstate c ON c.state = n - 1 GROUP BY s"
)
ALERTS = "SELECT '', count(*) FROM monitoring_alert WHERE ended_at IS NULL"
LAST_EVENT = "SELECT '', coalesce(max(id), 0) FROM kernel_event"
LAST_SEALED = "SELECT '', coalesce(max(last_event), 0) FROM kernel_seal"
SESSIONS = "SELECT '', count(*) FROM django_session WHERE expire_date > now()"
SIZE = "SELECT '', pg_database_size(current_database())"

#: Families that one cheap statement each answers: name, kind, help, label, statement.
COUNTED = (
    ("drifta_jobs", "gauge", "Background jobs by state.", "state", JOBS),
    ("drifta_tickets_open", "gauge", "Tickets that somebody has to do something about.", "state", TICKETS),
    ("drifta_outgoing_mail", "gauge", "Outgoing mail that is not sent, by state.", "state", OUTGOING),
    ("drifta_incoming_mail", "gauge", "Received mail that is not a ticket yet, by state.", "state", INCOMING),
    ("drifta_mails_received_total", "counter", "Mails that came in, by way.", "via", RECEIVED),
    ("drifta_mails_sent_total", "counter", "Mails that a mail server has taken, by kind.", "kind", SENT),
    ("drifta_checks", "gauge", "Checks by state.", "state", CHECKS),
    ("drifta_alerts_open", "gauge", "Alerts that have not ended.", "", ALERTS),
    ("drifta_event_log_last", "counter", "Number of the newest event in the log.", "", LAST_EVENT),
    ("drifta_event_log_sealed", "counter", "Number of the newest sealed event.", "", LAST_SEALED),
    ("drifta_sessions", "gauge", "Browsers that are signed in.", "", SESSIONS),
    ("drifta_database_bytes", "gauge", "Size of the database.", "", SIZE),
)


def text() -> str:
    """Return all measures."""
    families = [*_process(), *_requests(), *_counted()]
    return "\n".join(line for family in families for line in family.lines()) + "\n"


def _counted() -> Iterable[Measure]:
    for name, kind, help_text, label, statement in COUNTED:
        yield Measure(name, kind, help_text, _ask(label, statement))


def _requests() -> list[Measure | Histogram]:
    """Describe what this web process has answered; each web process counts its own."""
    tallies = [(_labels(kind), tally) for kind, tally in traffic.read()]
    name, said = "drifta_http_request_duration_seconds", "Time that Django took to answer."
    counts = [(labels, float(sum(tally.classes))) for labels, tally in tallies]
    return [
        Measure("drifta_http_requests_total", "counter", "Requests that this process has answered.", counts),
        Histogram(name, said, tallies),
    ]


def _labels(kind: Kind) -> Labels:
    return {"method": kind.method, "view": kind.view, "status": kind.status}


def _ask(label: str, statement: str) -> list[tuple[Labels, float]]:
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
