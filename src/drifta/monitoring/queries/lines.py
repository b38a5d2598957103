"""Problems as pages list them: the open causes with how many symptoms each has."""

from typing import Any

from django.db.models import Count, Q

from drifta.kernel.actor import Actor
from drifta.monitoring.queries import problems
from drifta.monitoring.tables import alert_state, alert_text


def problem_lines(actor: Actor, most: int) -> list[dict[str, Any]]:
    """Return what is broken now as the actor may see it, the bad before the warnings, the oldest first."""
    open_symptoms = Count("symptoms", filter=Q(symptoms__ended_at=None))
    rows = problems(actor).annotate(symptom_count=open_symptoms)[:most]
    return [
        {"alert": row, "state": alert_state(row), "text": alert_text(row), "more": row.symptom_count} for row in rows
    ]
