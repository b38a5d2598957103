"""Checks whose hard state turned: the fact is announced, alerts begin and end."""

from django.utils.translation import gettext_lazy

from drifta.kernel import live
from drifta.kernel.actions import action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit_all
from drifta.monitoring.actions.alerts import WORDS, begin, end, worsen
from drifta.monitoring.events import StateChanged
from drifta.monitoring.models import Alert, Check, State
from drifta.monitoring.moments import moment
from drifta.monitoring.transitions import NOTHING, Turn


@action("monitoring.note_turns", label=gettext_lazy("Take in changed states"))
def note_turns(actor: Actor, *, turns: list[Turn]) -> None:
    """Announce checks that turned, and raise and end their alerts. Of several turns of a check the last one counts."""
    last = {turn.check: turn for turn in turns}
    first = {turn.check: turn for turn in reversed(turns)}
    checks = {check.pk: check for check in Check.objects.filter(pk__in=last)}
    news = [(check, first[pk].before, last[pk].state) for pk, check in checks.items()]
    emit_all(actor, ((_fact(*one), one[0]) for one in news if _is_news(*one[1:])))
    live.tell_all((check.subject_key, check.organisation_id) for check, *turn in news if not _is_news(*turn))
    open_alerts = {alert.check_row_id: alert for alert in Alert.objects.filter(check_row__in=checks, ended_at=None)}
    fresh = [_alert(check, last[pk]) for pk, check in checks.items() if pk not in open_alerts and last[pk].state]
    begin(actor, fresh)
    for alert in open_alerts.values():
        _follow(actor, alert, last[alert.check_row_id or 0])


def _is_news(before: int, state: int) -> bool:
    """Whether a turn is a fact for the log: a first result that is good is none, nor is a change of flapping."""
    return before != state and not (before == NOTHING and state == State.GOOD)


def _fact(check: Check, before: int, state: int) -> StateChanged:
    was = WORDS[None if before == NOTHING else State(before)]
    return StateChanged(check=check.pk, name=check.name, state=WORDS[State(state)], before=was)


def _alert(check: Check, turn: Turn) -> Alert:
    return Alert(
        organisation_id=check.organisation_id,
        source=Alert.Source.CHECK,
        check_row=check,
        fingerprint=f"check:{check.pk}",
        title=check.name,
        severity=turn.state,
        began_at=moment(turn.at),
        code=turn.code,
        parameters=turn.parameters,
    )


def _follow(actor: Actor, alert: Alert, turn: Turn) -> None:
    """Bring an open alert up to date; while its check flaps, good does not end it."""
    if turn.state != State.GOOD:
        worsen(alert, turn.state, turn.code, dict(turn.parameters))
    elif not turn.flapping:
        end(actor, alert, moment(turn.at))
