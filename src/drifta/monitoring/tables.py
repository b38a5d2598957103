"""The lists of checks, alerts and probes."""

from functools import cached_property
from typing import Any

from django.db.models import Q
from django.db.models.query import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.monitoring.models import Alert, Check, Probe, State
from drifta.monitoring.queries import kinds
from drifta.monitoring.queries.glances import WORDS, Glance, glances
from drifta.probe.registry import KINDS
from drifta.ui.graphics import history, sparkline
from drifta.ui.tables import ChoiceFilter, Column, Empty, MultiFilter, Table
from drifta.ui.tables.cursor import Page
from drifta.ui.templatetags.drifta import icon, state

STATE_CHOICES = [(str(value), label) for value, label in State.choices]


def state_key(check: Check) -> str:
    """Return the key of the state that a page shows for a check."""
    if not check.enabled:
        return "off"
    if check.probe.silent_since is not None:
        return "stale"
    now = check.now
    if now.state is None:
        return "pending"
    if now.flapping:
        return "flapping"
    return WORDS[State(now.hard_state if now.hard_state is not None else now.state)]


def text_of(check: Check) -> str:
    """Return what a check found last, in the present language."""
    if check.probe.silent_since is not None:
        return kinds.text(check.kind, kinds.SILENT, {"probe": check.probe.name})
    now = check.now
    return kinds.text(check.kind, now.code or "pending", now.parameters) if now.code or now.state is None else ""


def _state(check: Check) -> SafeString:
    soft = not check.now.hard and check.enabled
    note = (
        format_html(' <span class="quiet small">{}</span>', _("try %(n)d") % {"n": check.now.attempt}) if soft else ""
    )
    return format_html("{}{}", state(state_key(check)), note)


def _name(check: Check) -> SafeString:
    return format_html("{} {}", icon(kinds.icon(check.kind)), check.name)


def _glance(check: Check) -> Glance:
    found: Glance = getattr(check, "glance", None) or Glance()
    return found


def _kinds(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, kinds.label(name)) for name in KINDS.names()]


def _probes(request: HttpRequest) -> list[tuple[str, str]]:
    rows = Probe.objects.usable_by(request.actor).order_by("name")  # type: ignore[attr-defined]
    return [(str(probe.pk), probe.name) for probe in rows]


class CheckTable(Table):
    """All checks, with the history of a day and the newest value."""

    key = "monitoring.checks"
    columns = (
        Column("name", gettext_lazy("Check"), render=_name, link=True, sort="name", export="name"),
        Column("state", gettext_lazy("State"), value=state_key, render=_state),
        Column("text", gettext_lazy("Found"), value=text_of, grow=True),
        Column(
            "history", gettext_lazy("24 hours"), render=lambda check: history(_glance(check).slots), export=state_key
        ),
        Column("value", gettext_lazy("Value"), value=lambda check: _glance(check).value, numeric=True),
        Column("spark", gettext_lazy("1 hour"), render=lambda c: sparkline(_glance(c).spark), export=lambda _row: ""),
        Column("since", gettext_lazy("Since"), value="now.since", sort="now__since"),
        Column("kind", gettext_lazy("Kind"), value=lambda check: kinds.label(check.kind), optional=True),
        Column("asset", gettext_lazy("Asset"), value="asset.name", optional=True),
        Column("probe", gettext_lazy("Probe"), value="probe.name", optional=True),
        Column("interval", gettext_lazy("Interval, s"), numeric=True, optional=True),
    )
    filters = (
        MultiFilter("state", gettext_lazy("State"), path="now__hard_state", choices=STATE_CHOICES),
        ChoiceFilter("kind", gettext_lazy("Kind"), choices=_kinds),
        ChoiceFilter("probe", gettext_lazy("Probe"), path="probe_id", choices=_probes),
        ChoiceFilter(
            "on",
            gettext_lazy("Watched"),
            path="enabled",
            choices=[("True", gettext_lazy("Yes")), ("False", gettext_lazy("No"))],
        ),
    )
    default_sort = "name"
    bulk = ("monitoring.test", "monitoring.enable", "monitoring.disable")
    live = "monitoring.check"
    empty = Empty(
        gettext_lazy("Nothing is watched yet."),
        gettext_lazy("Add a check: a host, a port, a page, a certificate."),
        icon="activity",
    )

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Find by name or address."""
        return rows.filter(Q(name__icontains=text) | Q(address__icontains=text))

    @cached_property
    def page(self) -> Page:
        """The rows of this page, each with its glance."""
        found = super().page
        seen = glances(list(found.rows))
        for check in found.rows:
            check.glance = seen[check.pk]
        return found


def alert_state(alert: Alert) -> str:
    """Return the key of the state that a page shows for an alert."""
    if alert.ended_at is not None:
        return "ended"
    return "suppressed" if alert.cause_id is not None else WORDS[State(alert.severity)]


def alert_text(alert: Alert) -> str:
    """Return what an alert says, in the present language."""
    return (
        kinds.text(alert.check_row.kind if alert.check_row else "", alert.code, alert.parameters) if alert.code else ""
    )


def _ticket(alert: Alert) -> SafeString | str:
    if alert.ticket_id is None:
        return ""
    return format_html('<a href="{}">#{}</a>', reverse("desk:ticket", args=[alert.ticket_id]), alert.ticket_id)


def _cause(alert: Alert) -> str:
    return alert.cause.title if alert.cause else ""


class AlertTable(Table):
    """Alerts, newest first."""

    key = "monitoring.alerts"
    columns = (
        Column("title", gettext_lazy("Alert"), link=True, sort="title"),
        Column("state", gettext_lazy("State"), value=alert_state, render=lambda alert: state(alert_state(alert))),
        Column("text", gettext_lazy("Found"), value=alert_text, grow=True),
        Column("cause", gettext_lazy("Cause"), value=_cause),
        Column("ticket", gettext_lazy("Ticket"), value="ticket_id", render=_ticket),
        Column("began_at", gettext_lazy("Began"), sort="began_at"),
        Column("ended_at", gettext_lazy("Ended")),
        Column("acknowledged_by", gettext_lazy("Acknowledged"), value="acknowledged_by.name", optional=True),
    )
    filters = (
        ChoiceFilter(
            "open",
            gettext_lazy("Open"),
            choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
            apply_with=lambda rows, values: rows.filter(ended_at__isnull=values == ["yes"]) if values else rows,
        ),
        MultiFilter("severity", gettext_lazy("Severity"), choices=STATE_CHOICES[1:]),
        ChoiceFilter("source", gettext_lazy("Source"), choices=Alert.Source.choices),
    )
    bulk = ("monitoring.acknowledge",)
    live = "monitoring.alert"
    empty = Empty(
        gettext_lazy("No alerts."), gettext_lazy("Nothing has been bad for long enough to count."), icon="bell"
    )


def probe_state(probe: Probe) -> str:
    """Return the key of the state that a page shows for a probe."""
    if probe.seen_at is None:
        return "pending"
    if probe.silent_since is not None:
        return "stale"
    return "warning" if probe.clock_offset else "good"


class ProbeTable(Table):
    """Probes."""

    key = "monitoring.probes"
    columns = (
        Column("name", gettext_lazy("Probe"), link=True, sort="name", grow=True),
        Column("state", gettext_lazy("State"), value=probe_state, render=lambda probe: state(probe_state(probe))),
        Column("seen_at", gettext_lazy("Last heard")),
        Column("host", gettext_lazy("Host")),
        Column("version", gettext_lazy("Version")),
        Column("checks", gettext_lazy("Checks"), value="check_count", numeric=True),
        Column("backlog", gettext_lazy("Waiting batches"), value="report.backlog", numeric=True),
    )
    default_sort = "name"
    exports = False
    live = "monitoring.probe"
    empty = Empty(gettext_lazy("No probe yet."), gettext_lazy("Register one, and start it at the site."), icon="radar")
