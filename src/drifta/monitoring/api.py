"""REST: checks, alerts, metrics, probes."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema, Status

from drifta.kernel.actor import Actor
from drifta.kernel.permissions import require
from drifta.kernel.rest import Page, Problem, based_on, get_visible, paginate, with_etag
from drifta.monitoring import actions
from drifta.monitoring.actions.alerts import WORDS
from drifta.monitoring.models import Alert, Check, Probe, State
from drifta.monitoring.queries import charts, kinds
from drifta.monitoring.tables import alert_text, text_of
from drifta.probe.registry import KINDS

router = Router()
STATES = {word: state for state, word in WORDS.items() if state is not None}


class CheckOut(Schema):
    """A check with what is so now. Times in seconds; secrets among the settings are dots."""

    id: int
    organisation_id: int
    name: str
    kind: str
    settings: dict[str, Any]
    asset_id: int | None
    probe_id: int
    interval: float
    timeout: float
    retries: int
    retry_interval: float
    flapping: bool
    enabled: bool
    depends_on: list[int]
    version: int
    state: str = Field(description="pending, good, warning, bad or unknown: the state that counts (hard)")
    newest_state: str = Field(description="the newest result, counting or not")
    is_flapping: bool
    attempt: int
    since: datetime
    text: str


class CheckIn(Schema):
    """A new check."""

    organisation_id: int
    name: str = Field(min_length=1, max_length=200)
    kind: str
    settings: dict[str, Any] = Field(description="as the kind describes them; see GET /check-kinds")
    probe_id: int | None = None
    asset_id: int | None = None
    interval: float = 60
    timeout: float = 10
    retries: int = 2
    retry_interval: float = 10
    flapping: bool = True
    depends_on: list[int] = []


class CheckChange(Schema):
    """What is to change of a check; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=200)
    settings: dict[str, Any] | None = None
    probe_id: int | None = None
    asset_id: int | None = None
    interval: float | None = None
    timeout: float | None = None
    retries: int | None = None
    retry_interval: float | None = None
    flapping: bool | None = None
    depends_on: list[int] | None = None


class AlertOut(Schema):
    """An alert: a period in which something was bad."""

    id: int
    organisation_id: int | None
    source: str
    check_id: int | None
    title: str
    severity: str
    text: str
    began_at: datetime
    ended_at: datetime | None
    cause_id: int | None
    ticket_id: int | None
    acknowledged_at: datetime | None
    labels: dict[str, str]
    annotations: dict[str, str]


class ProbeOut(Schema):
    """A probe; never its key."""

    id: int
    organisation_id: int | None
    name: str
    host: str
    version: str
    kinds: list[str]
    seen_at: datetime | None
    silent_since: datetime | None
    clock_offset: int = Field(description="milliseconds by which its clock is ahead; 0 within 30 s")
    report: dict[str, Any]


class ProbeIn(Schema):
    """A new probe."""

    name: str = Field(min_length=1, max_length=100)
    organisation_id: int | None = None
    site_id: int | None = None
    shared: bool = Field(False, description="runs checks of every organisation")


class ProbeKey(Schema):
    """A probe's key, shown this once."""

    probe_id: int
    key: str


class KindOut(Schema):
    """A kind of check: its settings as JSON Schema, and what it measures."""

    kind: str
    label: str
    description: str
    settings: dict[str, Any]
    metrics: list[dict[str, str | None]]


class MetricOut(Schema):
    """A metric of a check; times in seconds since 1970, null where nothing was measured."""

    unit: str
    start: int
    end: int
    times: list[float]
    series: list[dict[str, Any]]


def _actor(request: HttpRequest, permission: str = "monitoring.view") -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, permission)
    return actor


def _state(value: int | None) -> str:
    return WORDS[None if value is None else State(value)]


def _check(row: Check) -> dict[str, Any]:
    names = ("name", "kind", "asset_id", "probe_id", "interval", "timeout", "retries", "retry_interval", "flapping")
    return {
        **{name: getattr(row, name) for name in (*names, "enabled", "version", "organisation_id")},
        "id": row.pk,
        "settings": kinds.shown(row.settings),
        "depends_on": [parent.pk for parent in row.depends_on.all()],
        "state": _state(row.now.hard_state),
        "newest_state": _state(row.now.state),
        "is_flapping": row.now.flapping,
        "attempt": row.now.attempt,
        "since": row.now.since,
        "text": text_of(row),
    }


def _checks(actor: Actor) -> Any:
    return Check.objects.visible_to(actor).select_related("now", "probe").prefetch_related("depends_on")


@router.get("/check-kinds", response=list[KindOut], tags=["checks"])
def check_kinds(request: HttpRequest) -> list[dict[str, Any]]:
    """List the kinds of checks."""
    _actor(request)
    return [
        {
            "kind": kind.kind,
            "label": _(kind.label),
            "description": _(kind.description),
            "settings": kind.Settings.model_json_schema(),
            "metrics": [{"name": m.name, "unit": m.unit, "title": _(m.title), "label": m.label} for m in kind.metrics],
        }
        for kind in KINDS.all()
    ]


@router.get("/checks", response=Page[CheckOut], tags=["checks"])
def list_checks(
    request: HttpRequest,
    cursor: str | None = None,
    limit: int = 50,
    q: str = "",
    state: str | None = None,
    kind: str | None = None,
    asset: int | None = None,
    enabled: bool | None = None,
) -> Page[Any]:
    """List checks; ``state`` is good, warning, bad, unknown or pending."""
    rows = _checks(_actor(request))
    if q:
        rows = rows.filter(name__icontains=q.replace("\0", "")[:200])
    if state is not None:
        rows = rows.filter(now__hard_state=_known_state(state)) if state != "pending" else rows.filter(now__state=None)
    wanted = {"kind": kind, "asset_id": asset, "enabled": enabled}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return _page(paginate(rows, cursor=cursor, limit=limit), _check)


def _known_state(word: str) -> int:
    if word not in STATES:
        raise Problem(422, _("There is no such state"), ", ".join(sorted(STATES)))
    return STATES[word]


def _page(page: Page[Any], shape: Any) -> Page[Any]:
    return Page.model_construct(items=[shape(row) for row in page.items], next=page.next)


@router.post("/checks", response={201: CheckOut}, tags=["checks"])
def create_check(request: HttpRequest, values: CheckIn, response: HttpResponse) -> Status[dict[str, Any]]:
    """Add a check."""
    actor = _actor(request, "monitoring.create_check")
    made = actions.create_check(actor, **values.dict())
    row = _checks(actor).get(pk=made.pk)
    with_etag(response, row)
    response["Location"] = f"/api/v1/checks/{row.pk}"
    return Status(201, _check(row))


@router.get("/checks/{pk}", response=CheckOut, tags=["checks"])
def get_check(request: HttpRequest, pk: int, response: HttpResponse) -> dict[str, Any]:
    """Get a check."""
    row = get_visible(_checks(_actor(request)), pk)
    with_etag(response, row)
    return _check(row)


@router.patch("/checks/{pk}", response=CheckOut, tags=["checks"])
def change_check(request: HttpRequest, pk: int, values: CheckChange, response: HttpResponse) -> dict[str, Any]:
    """Change a check; give ``If-Match`` to be sure that nobody else has changed it."""
    actor = _actor(request, "monitoring.edit")
    row = get_visible(_checks(actor), pk)
    based_on(request, row)
    actions.edit_check(actor, row, **values.dict(exclude_unset=True))
    row = _checks(actor).get(pk=pk)
    with_etag(response, row)
    return _check(row)


@router.delete("/checks/{pk}", response={204: None}, tags=["checks"])
def delete_check(request: HttpRequest, pk: int) -> Status[None]:
    """Delete a check with its history."""
    actor = _actor(request, "monitoring.delete")
    actions.delete_check(actor, get_visible(_checks(actor), pk))
    return Status(204, None)


@router.get("/checks/{pk}/metrics", response=list[str], tags=["metrics"])
def list_metrics(request: HttpRequest, pk: int) -> list[str]:
    """List the names of the metrics that a check has."""
    row = get_visible(_checks(_actor(request)), pk)
    return [name for name, _title in charts.metrics_of(row)]


@router.get("/metrics", response=MetricOut, tags=["metrics"])
def get_metric(
    request: HttpRequest,
    check: int,
    metric: str,
    start: str | None = None,
    end: str | None = None,
    points: int = 800,
) -> dict[str, Any]:
    """Get a metric of a check over a stretch of time, thinned to about ``points`` points; a series for each label.

    ``start`` and ``end`` as in ISO 8601; left out, the last 24 hours.
    """
    row = get_visible(_checks(_actor(request)), check)
    wanted = charts.span("24h", _seconds(start), _seconds(end), str(points))
    found = charts.chart(row, metric[:100].replace("\0", ""), wanted)
    return {"start": found["from"], "end": found["to"], **{key: found[key] for key in ("unit", "times", "series")}}


def _seconds(text: str | None) -> str:
    """Return a time as whole seconds in digits; "" when there is none."""
    if not text:
        return ""
    try:
        when = parse_datetime(text)
        return str(int(when.timestamp())) if when is not None else ""
    except (ValueError, OverflowError) as error:
        raise Problem(422, _("This is not a time"), _("Write it as in ISO 8601: 2026-01-31T12:00:00Z.")) from error


def _alert(row: Alert) -> dict[str, Any]:
    names = ("organisation_id", "source", "title", "began_at", "ended_at", "cause_id", "ticket_id", "acknowledged_at")
    return {
        **{name: getattr(row, name) for name in (*names, "labels", "annotations")},
        "id": row.pk,
        "check_id": row.check_row_id,
        "severity": _state(row.severity),
        "text": alert_text(row),
    }


@router.get("/alerts", response=Page[AlertOut], tags=["alerts"])
def list_alerts(
    request: HttpRequest,
    cursor: str | None = None,
    limit: int = 50,
    open: bool | None = None,  # noqa: A002 - the parameter's name in the address
    severity: str | None = None,
    check: int | None = None,
    ticket: int | None = None,
) -> Page[Any]:
    """List alerts, newest first."""
    rows = Alert.objects.visible_to(_actor(request)).select_related("check_row")
    if open is not None:
        rows = rows.filter(ended_at__isnull=open)
    if severity is not None:
        rows = rows.filter(severity=_known_state(severity))
    wanted = {"check_row_id": check, "ticket_id": ticket}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return _page(paginate(rows, cursor=cursor, limit=limit), _alert)


@router.get("/alerts/{pk}", response=AlertOut, tags=["alerts"])
def get_alert(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Get an alert."""
    return _alert(get_visible(Alert.objects.visible_to(_actor(request)).select_related("check_row"), pk))


def _probe(row: Probe) -> dict[str, Any]:
    names = (
        "organisation_id",
        "name",
        "host",
        "version",
        "kinds",
        "seen_at",
        "silent_since",
        "clock_offset",
        "report",
    )
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


@router.get("/probes", response=Page[ProbeOut], tags=["probes"])
def list_probes(request: HttpRequest, cursor: str | None = None, limit: int = 50) -> Page[Any]:
    """List probes."""
    rows = Probe.objects.usable_by(_actor(request))
    return _page(paginate(rows, cursor=cursor, limit=limit), _probe)


@router.post("/probes", response={201: ProbeKey}, tags=["probes"])
def register_probe(request: HttpRequest, values: ProbeIn) -> Status[dict[str, Any]]:
    """Register a probe; the answer holds its key, which cannot be had again."""
    probe, key = actions.register_probe(_actor(request, "monitoring.register_probe"), **values.dict())
    return Status(201, {"probe_id": probe.pk, "key": key})


@router.get("/probes/{pk}", response=ProbeOut, tags=["probes"])
def get_probe(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Get a probe."""
    return _probe(get_visible(Probe.objects.usable_by(_actor(request)), pk))


@router.post("/probes/{pk}/key", response=ProbeKey, tags=["probes"])
def rotate_key(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Give a probe a new key; the old one no longer holds."""
    actor = _actor(request, "monitoring.rotate_key")
    probe = get_visible(Probe.objects.usable_by(actor), pk)
    return {"probe_id": probe.pk, "key": actions.rotate_key(actor, probe)}
