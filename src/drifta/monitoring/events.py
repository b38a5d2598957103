"""Facts that monitoring announces."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from drifta.kernel.events import Event, event


@event("monitoring.check_created", text=_("created the check %(name)s"))
@dataclass(frozen=True)
class CheckCreated(Event):
    """A check was made."""

    check: int
    name: str


@event("monitoring.check_edited", text=_("changed the check %(name)s"))
@dataclass(frozen=True)
class CheckEdited(Event):
    """A check's settings changed."""

    check: int
    name: str


@event("monitoring.check_deleted", text=_("deleted the check %(name)s"))
@dataclass(frozen=True)
class CheckDeleted(Event):
    """A check is gone."""

    check: int
    name: str


@event("monitoring.check_switched", text=_("switched the check %(name)s on or off"))
@dataclass(frozen=True)
class CheckSwitched(Event):
    """A check was enabled or disabled."""

    check: int
    name: str
    enabled: bool


@event("monitoring.check_demanded", text=_("asked for a run of %(name)s"))
@dataclass(frozen=True)
class CheckDemanded(Event):
    """Somebody asked for a run out of turn."""

    check: int
    name: str


@event("monitoring.state_changed", text=_("%(name)s changed from %(before)s to %(state)s"))
@dataclass(frozen=True)
class StateChanged(Event):
    """A check's hard state changed; both are ``good``, ``warning``, ``bad``, ``unknown`` or ``pending``."""

    check: int
    name: str
    state: str
    before: str


@event("monitoring.alert_raised", text=_("raised an alert: %(title)s"))
@dataclass(frozen=True)
class AlertRaised(Event):
    """Something has begun to be bad."""

    alert: int
    check: int | None
    title: str
    severity: str


@event("monitoring.alert_cleared", text=_("ended the alert: %(title)s"))
@dataclass(frozen=True)
class AlertCleared(Event):
    """It is no longer bad."""

    alert: int
    check: int | None
    title: str


@event("monitoring.alert_explained", text=_("found the cause of an alert: %(title)s"))
@dataclass(frozen=True)
class AlertExplained(Event):
    """An alert turned out to be a symptom of another."""

    alert: int
    cause: int
    title: str


@event("monitoring.alert_acknowledged", text=_("acknowledged the alert: %(title)s"))
@dataclass(frozen=True)
class AlertAcknowledged(Event):
    """Somebody takes care of it."""

    alert: int
    title: str


@event("monitoring.alert_linked", text=_("linked the alert %(title)s to ticket %(ticket)s"))
@dataclass(frozen=True)
class AlertLinked(Event):
    """An alert has a ticket now."""

    alert: int
    ticket: int
    title: str


@event("monitoring.probe_registered", text=_("registered the probe %(name)s"))
@dataclass(frozen=True)
class ProbeRegistered(Event):
    """A probe was entered and got its key."""

    probe: int
    name: str


@event("monitoring.probe_key_changed", text=_("changed the key of the probe %(name)s"))
@dataclass(frozen=True)
class ProbeKeyChanged(Event):
    """A probe's old key no longer holds."""

    probe: int
    name: str


@event("monitoring.probe_removed", text=_("removed the probe %(name)s"))
@dataclass(frozen=True)
class ProbeRemoved(Event):
    """A probe is gone."""

    probe: int
    name: str


@event("monitoring.probe_silent", text=_("has not heard from the probe %(name)s"))
@dataclass(frozen=True)
class ProbeSilent(Event):
    """A probe has not delivered for too long."""

    probe: int
    name: str


@event("monitoring.probe_back", text=_("hears from the probe %(name)s again"))
@dataclass(frozen=True)
class ProbeBack(Event):
    """A silent probe delivers again."""

    probe: int
    name: str
