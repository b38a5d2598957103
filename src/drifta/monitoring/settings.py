"""What can be set about monitoring for the whole installation."""

from typing import Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from drifta.kernel.settings import Section, section

#: What the form of the settings calls the choices of ``ticket_from``.
SEVERITIES = (gettext_noop("Warning"), gettext_noop("Bad"), gettext_noop("Never"))


@section(
    "monitoring.alerting",
    title=_("Alerts and tickets"),
    description=_("When an alert becomes a ticket, and what happens to the ticket when the alert ends."),
    icon="bell",
    order=40,
)
class Alerting(Section):
    """From which severity on alerts become tickets, and how they end."""

    ticket_from: Literal["warning", "bad", "never"] = Field(
        "warning",
        title=gettext_noop("Ticket from"),
        description=gettext_noop(
            "Alerts of this severity or worse become tickets, one for each cause. Unknown ones never do."
        ),
    )
    resolve_untouched: bool = Field(
        True,
        title=gettext_noop("Resolve untouched tickets"),
        description=gettext_noop("When everything has recovered and nobody has worked on the ticket, it is resolved."),
    )


@section(
    "monitoring.storage",
    title=_("Measurements"),
    description=_("How long measurements and the history of states are kept."),
    icon="database",
    order=41,
)
class Storage(Section):
    """How long measurements are kept."""

    keep_days: int = Field(
        400,
        ge=1,
        le=36500,
        title=gettext_noop("Keep measurements"),
        description=gettext_noop("Days that curves reach back."),
    )
