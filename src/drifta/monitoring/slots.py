"""What monitoring puts on pages of others: menu, Today, tickets, assets."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from drifta.kernel.actor import Actor
from drifta.monitoring import queries
from drifta.monitoring.models import Alert, Check
from drifta.monitoring.queries.lines import problem_lines
from drifta.monitoring.tables import alert_state, alert_text, state_key, text_of
from drifta.ui import menu, panels, states
from drifta.ui.menu import MenuEntry, actor_of
from drifta.ui.panels import Panel
from drifta.ui.states import State

BROKEN_SHOWN, BROKEN_NEAR = 12, 6


def _broken_count(actor: Actor) -> int | None:
    return queries.problems(actor).count() or None


def _broken_now(request: HttpRequest, _obj: Any) -> Mapping[str, Any]:
    actor = actor_of(request)
    last = Alert.objects.visible_to(actor).exclude(ended_at=None).order_by("-ended_at").first()
    return {"problems": problem_lines(actor, BROKEN_SHOWN), "last": last}


def _of_ticket(request: HttpRequest, ticket: Any) -> Mapping[str, Any] | None:
    rows = queries.alerts_of_ticket(actor_of(request), ticket.pk)[:20]
    alerts = [(row, alert_state(row), alert_text(row)) for row in rows]
    return {"alerts": alerts} if alerts else None


def _near_caller(request: HttpRequest, person: Any) -> Mapping[str, Any] | None:
    rows = queries.problems_near(actor_of(request), person)[:BROKEN_NEAR]
    alerts = [(row, alert_state(row), alert_text(row)) for row in rows]
    return {"alerts": alerts, "person": person} if alerts else None


def _of_asset(request: HttpRequest, asset: Any) -> Mapping[str, Any]:
    rows = Check.objects.visible_to(actor_of(request)).filter(asset=asset.pk).select_related("now", "probe")
    return {"checks": [(row, state_key(row), text_of(row)) for row in rows.order_by("name")[:50]]}


states.register(State("ended", _("Ended"), "state-done", "good"))
menu.register(
    MenuEntry(
        _("Monitor"),
        "activity",
        "monitoring:situation",
        order=40,
        permission="monitoring.view",
        key="g m",
        phone=True,
        count=_broken_count,
    )
)
menu.register(
    MenuEntry(
        _("Check"), "activity", "monitoring:new-check", order=40, place="new", permission="monitoring.create_check"
    )
)
panels.slot("today").register(
    Panel(
        "broken", _("Broken now"), "monitoring/panels/today.html", _broken_now, permission="monitoring.view", order=10
    )
)
panels.slot("ticket.context").register(
    Panel("alerts", _("Alerts"), "monitoring/panels/ticket.html", _of_ticket, permission="monitoring.view", order=30)
)
panels.slot("caller.context").register(
    Panel(
        "outages",
        _("Broken now, near the caller"),
        "monitoring/panels/caller.html",
        _near_caller,
        permission="monitoring.view",
        order=10,
    )
)
panels.slot("asset.main").register(
    Panel("checks", _("Checks"), "monitoring/panels/asset.html", _of_asset, permission="monitoring.view", order=30)
)
