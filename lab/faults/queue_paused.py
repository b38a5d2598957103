"""A print queue has been paused."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.office import QUEUES
from lab.people import HEADQUARTERS
from lab.symptoms import print_server, sees

QUEUE = QUEUES[HEADQUARTERS]

FAULT = Fault(
    name="queue-paused",
    area="printing",
    broken=f"The queue {QUEUE} on the host print is paused.",
    symptom="Nothing comes out of the printer at the headquarters.",
    cause="Somebody has paused the queue.",
    fixes=(f"Resume the queue {QUEUE}.",),
    hosts=("print", "printer1", "watch"),
    hurts=frozenset({"print"}),
    inject=shell("print", f"cupsdisable -h 127.0.0.1:631 {QUEUE}"),
    heal=shell("print", f"cupsenable -h 127.0.0.1:631 {QUEUE}"),
    shows=sees(print_server("-p", QUEUE), "disabled"),
    sites=(HEADQUARTERS,),
)
