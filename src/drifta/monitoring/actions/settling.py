"""Settling alerts: is this a cause or a symptom of another one? Causes get tickets, symptoms are noted in them."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ObjectDoesNotExist
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.desk import actions as desk
from drifta.desk import queries as tickets
from drifta.kernel import clock, settings
from drifta.kernel.actions import action
from drifta.kernel.actor import SYSTEM, Actor
from drifta.kernel.events import emit
from drifta.monitoring.actions.alerts import lock
from drifta.monitoring.actions.checks import demand
from drifta.monitoring.cause import HOST, explains, first_cause
from drifta.monitoring.events import AlertExplained, AlertLinked
from drifta.monitoring.models import Alert, Check, Probe, State
from drifta.monitoring.queries import failing, kinds, neighbours, placed
from drifta.monitoring.settings import Alerting

if TYPE_CHECKING:
    from drifta.desk.models import Ticket

PATIENCE = timedelta(seconds=60)
"""How long an alert waits for the checks of its host, and of what it depends on, to say whether those are down."""


@action("monitoring.settle", label=gettext_lazy("Find the cause"), icon="search")
def settle(actor: Actor, *, number: int) -> None:
    """Decide whether an alert is a cause or a symptom, and bring it and its end into a ticket. Repeatable."""
    alert = _locked(number)
    with translation.override(alert.organisation.language if alert.organisation else "en"):
        if not alert.settled and alert.ended_at is None:
            _decide(actor, alert)
        if alert.settled and alert.ended_at is None and alert.cause_id is None and alert.ticket_id is None:
            _open_ticket(actor, alert)
        if alert.ended_at is not None and not alert.end_noted:
            _note_end(actor, alert)


def _locked(number: int) -> Alert:
    """Lock an alert: its organisation's settling, then its probe, then itself.

    One alert of an organisation is settled after another, or a cause and its symptom, settled at once, would not see
    each other's ticket. Probes come before alerts, as when results are taken in: no deadlocks.
    """
    lock(f"settle:{Alert.objects.values_list('organisation_id', flat=True).get(pk=number)}")
    probes = Probe.objects.select_for_update(no_key=True, of=("self",))
    list(probes.filter(checks__alerts=number).order_by("pk").values_list("pk", flat=True))
    rows = Alert.objects.select_for_update(of=("self",)).select_related("organisation", "check_row__asset")
    return rows.get(pk=number)


def _decide(actor: Actor, alert: Alert) -> None:
    check = alert.check_row
    others = neighbours(check) if check is not None else []
    if check is not None and _is_explained(actor, alert, check, others):
        return
    if check is not None and _awaits_others(alert, check, others):
        return
    alert.settled = True
    alert.save(update_fields=["settled"])
    if check is not None and alert.severity == State.BAD:
        _take_over(actor, alert, check, others)


def _is_explained(actor: Actor, alert: Alert, check: Check, others: list[Check]) -> bool:
    """Make the alert a symptom if a failing check explains it."""
    cause = first_cause(placed(check), [placed(other) for other in failing(others)])
    root = Alert.objects.filter(check_row=cause.id, ended_at=None).first() if cause else None
    while root is not None and root.cause is not None and root.cause.ended_at is None:
        root = root.cause
    if root is None or root.pk == alert.pk:
        return False
    _explain(actor, alert, root)
    return True


def _awaits_others(alert: Alert, check: Check, others: list[Check]) -> bool:
    """Whether checks of the host, or of what this depends on, must speak first; they are asked to, if not yet."""
    if clock.now() - alert.began_at > PATIENCE:
        return False
    me = placed(check)
    below = [other for other in others if other.layer == HOST or other.pk in me.parents]
    carriers = [other for other in below if explains(placed(other), me)]
    silent = [
        other for other in carriers if other.now.at is None or other.now.at < alert.began_at or not other.now.hard
    ]
    for other in silent:
        if not other.run_token and other.now.hard:
            demand(other)
    return bool(silent)


def _take_over(actor: Actor, alert: Alert, check: Check, others: list[Check]) -> None:
    """Make symptoms of the open alerts that this one explains, and take over their ticket."""
    me = placed(check)
    explained = [other.pk for other in others if explains(me, placed(other))]
    for symptom in Alert.objects.filter(check_row__in=explained, ended_at=None).order_by("pk"):
        if alert.ticket_id is None and symptom.ticket_id is not None:
            _link(actor, alert, symptom.ticket_id)
            _rename(symptom.ticket_id, alert)
        _explain(actor, symptom, alert)


def _explain(actor: Actor, symptom: Alert, cause: Alert) -> None:
    symptom.cause, symptom.settled = cause, True
    symptom.save(update_fields=["cause", "settled"])
    emit(actor, AlertExplained(alert=symptom.pk, cause=cause.pk, title=symptom.title), subject=symptom)
    for own in symptom.symptoms.filter(ended_at=None).order_by("pk"):
        _explain(actor, own, cause)
    if cause.ticket_id is not None and symptom.ticket_id is None:
        _link(actor, symptom, cause.ticket_id)
        _annotate(cause.ticket_id, _("Also affected: %(alert)s") % {"alert": headline(symptom)})


def _open_ticket(actor: Actor, alert: Alert) -> None:
    rules = settings.get(Alerting)
    wanted = {"never": (), "bad": (State.BAD,), "warning": (State.WARNING, State.BAD)}
    if alert.severity not in wanted[rules.ticket_from] or alert.organisation_id is None:
        return
    earlier = _earlier_ticket(alert)
    if earlier is not None:
        _link(actor, alert, earlier)
        _annotate(earlier, _("Again: %(alert)s") % {"alert": headline(alert)})
    else:
        _link(actor, alert, _new_ticket(alert))
    for symptom in alert.symptoms.filter(ended_at=None, ticket_id=None):
        _link(actor, symptom, alert.ticket_id or 0)


def _earlier_ticket(alert: Alert) -> int | None:
    """Return the ticket of an earlier alert of the same thing, if somebody still works on it."""
    rows = Alert.objects.filter(fingerprint=alert.fingerprint, ticket_id__isnull=False).exclude(pk=alert.pk)
    number = rows.order_by("-pk").values_list("ticket_id", flat=True).first()
    found = _ticket(number)
    return number if found is not None and found.is_open else None


def _ticket(number: int | None) -> "Ticket | None":
    """Return a ticket, or None when there is none (any more)."""
    if number is None:
        return None
    try:
        return tickets.ticket(SYSTEM, number)
    except ObjectDoesNotExist:
        return None


def _new_ticket(alert: Alert) -> int:
    asset = alert.check_row.asset if alert.check_row else None
    ticket = desk.create(
        SYSTEM,
        organisation_id=alert.organisation_id or 0,
        subject=headline(alert)[:250],
        text=describe(alert),
        channel="monitoring",
        impact=2 if alert.severity == State.BAD else 3,
        urgency=2 if alert.severity == State.BAD else 3,
        site_id=asset.site_id if asset else None,
        asset_ids=(asset.pk,) if asset else (),
        automatic="alert",
        link=alert.subject_key,
    )
    return ticket.pk


def _link(actor: Actor, alert: Alert, ticket_id: int) -> None:
    alert.ticket_id = ticket_id
    alert.save(update_fields=["ticket_id"])
    emit(actor, AlertLinked(alert=alert.pk, ticket=ticket_id, title=alert.title), subject=alert)
    ticket = _ticket(ticket_id)
    if ticket is not None:
        desk.link(SYSTEM, ticket, target=alert.subject_key, relation="alert")


def _annotate(ticket_id: int, text: str) -> None:
    ticket = _ticket(ticket_id)
    if ticket is not None:
        desk.annotate(SYSTEM, ticket, text=text, automatic="alert")


def _rename(ticket_id: int, cause: Alert) -> None:
    """Let a ticket speak of the cause that was found; its subject too, while nobody has worked on it."""
    ticket = _ticket(ticket_id)
    if ticket is not None and not ticket.is_touched:
        desk.edit(SYSTEM, ticket, subject=headline(cause)[:250])
    _annotate(ticket_id, _("The cause is: %(alert)s") % {"alert": headline(cause)})


def _note_end(actor: Actor, alert: Alert) -> None:
    """Tell the ticket that the alert has ended; the last one resolves it, if nobody has worked on it."""
    alert.end_noted = True
    alert.save(update_fields=["end_noted"])
    ticket = _ticket(alert.ticket_id)
    if ticket is None:
        return
    text = _("Recovered: %(alert)s, after %(duration)s.") % {"alert": alert.title, "duration": duration(alert)}
    if ticket.is_open and _may_resolve(alert, ticket.is_touched):
        desk.resolve(SYSTEM, ticket, resolution=text)
    else:
        desk.annotate(SYSTEM, ticket, text=text, automatic="alert")


def _may_resolve(alert: Alert, is_touched: bool) -> bool:
    still_bad = Alert.objects.filter(ticket_id=alert.ticket_id, ended_at=None).exists()
    return not still_bad and not is_touched and settings.get(Alerting).resolve_untouched


def headline(alert: Alert) -> str:
    """Return an alert in one line: what, and what is the matter with it."""
    return _("%(title)s: %(text)s") % {"title": alert.title, "text": text_of(alert)} if alert.code else alert.title


def text_of(alert: Alert) -> str:
    """Return what the alert says, in the present language."""
    return kinds.text(alert.check_row.kind if alert.check_row else "", alert.code, alert.parameters)


def describe(alert: Alert) -> str:
    """Return an alert as a paragraph for a ticket: headline, and since when."""
    since = formats.date_format(timezone.localtime(alert.began_at), "SHORT_DATETIME_FORMAT")
    return f"{headline(alert)}\n" + _("Since %(time)s") % {"time": since}


def duration(alert: Alert) -> str:
    """Return how long the alert lasted, for people."""
    seconds = int(((alert.ended_at or clock.now()) - alert.began_at).total_seconds())
    if seconds < 1:
        return _("less than a second")
    if seconds < 90:
        return _("%(count)d s") % {"count": seconds}
    if seconds < 5400:
        return _("%(count)d min") % {"count": round(seconds / 60)}
    return _("%(count)d h") % {"count": round(seconds / 3600)}
