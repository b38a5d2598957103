"""The calendar server does not run."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import port_refused

FAULT = Fault(
    name="calendar-down",
    area="calendars",
    broken="Radicale on the host mail does not run.",
    symptom="Calendars are not brought up to date.",
    cause="The calendar server is stopped.",
    fixes=("Start radicale on the host mail.",),
    hosts=("mail", "watch"),
    hurts=frozenset({"calendar"}),
    inject=stop("mail", "radicale"),
    heal=start("mail", "radicale"),
    shows=port_refused("mail", 5232),
)
