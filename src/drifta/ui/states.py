"""States: one look for all modules, always a shape, a word and a colour."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Tone = Literal["good", "warning", "bad", "unknown", "maintenance", "waiting", "suppressed", "neutral", "accent"]


@dataclass(frozen=True)
class State:
    """How a state is shown: its word, its shape (an icon's name) and the tone that gives the colour."""

    key: str
    label: str | Promise
    icon: str
    tone: Tone


states: dict[str, State] = {}


def register(state: State) -> State:
    """Add a state. Raises ``ValueError`` when the key is taken."""
    if state.key in states:
        raise ValueError(f"The state '{state.key}' is declared twice.")
    states[state.key] = state
    return state


def state(key: str) -> State:
    """Return the state of this key; what nobody declared is shown as unknown under its own name."""
    return states.get(key) or State(key, key.replace("_", " ").capitalize(), "state-unknown", "unknown")


for _state in (
    # Checks, services, hosts
    State("good", _("Good"), "state-good", "good"),
    State("warning", _("Warning"), "state-warning", "warning"),
    State("bad", _("Bad"), "state-bad", "bad"),
    State("unknown", _("Unknown"), "state-unknown", "unknown"),
    State("maintenance", _("Maintenance"), "state-maintenance", "maintenance"),
    State("suppressed", _("Suppressed"), "state-suppressed", "suppressed"),
    State("pending", _("Not checked yet"), "state-suppressed", "neutral"),
    State("paused", _("Paused"), "state-waiting", "waiting"),
    State("flapping", _("Flapping"), "repeat", "warning"),
    State("stale", _("No fresh data"), "state-unknown", "unknown"),
    # Tickets
    State("new", pgettext_lazy("ticket state", "New"), "state-new", "accent"),
    State("open", pgettext_lazy("ticket state", "Open"), "state-open", "accent"),
    State("waiting", _("Waiting"), "state-waiting", "waiting"),
    State("on_hold", _("On hold"), "state-waiting", "waiting"),
    State("resolved", _("Resolved"), "state-done", "good"),
    State("closed", _("Closed"), "state-done", "neutral"),
    # Priorities
    State("low", pgettext_lazy("priority", "Low"), "state-low", "neutral"),
    State("normal", pgettext_lazy("priority", "Normal"), "state-medium", "neutral"),
    State("medium", pgettext_lazy("priority", "Medium"), "state-medium", "neutral"),
    State("high", pgettext_lazy("priority", "High"), "state-high", "warning"),
    State("critical", pgettext_lazy("priority", "Critical"), "flame", "bad"),
    # Messages and jobs
    State("received", _("Received"), "mail", "neutral"),
    State("queued", _("Queued"), "clock", "waiting"),
    State("running", _("Running"), "player-play", "accent"),
    State("sent", _("Sent"), "check", "good"),
    State("delivered", _("Delivered"), "checks", "good"),
    State("failed", _("Failed"), "state-bad", "bad"),
    State("cancelled", _("Cancelled"), "circle-x", "neutral"),
    State("done", _("Done"), "state-good", "good"),
    # Persons, tokens, switches
    State("active", pgettext_lazy("account", "Active"), "state-good", "good"),
    State("inactive", pgettext_lazy("account", "Inactive"), "state-suppressed", "neutral"),
    State("invited", _("Invited"), "mail", "waiting"),
    State("expired", _("Expired"), "state-warning", "warning"),
    State("on", pgettext_lazy("switch", "On"), "state-good", "good"),
    State("off", pgettext_lazy("switch", "Off"), "state-suppressed", "neutral"),
):
    register(_state)
