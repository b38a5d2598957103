"""A print queue takes no jobs."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.office import QUEUES
from lab.people import HEADQUARTERS
from lab.symptoms import print_server, sees

QUEUE = QUEUES[HEADQUARTERS]

FAULT = Fault(
    name="queue-rejecting",
    area="printing",
    broken=f"The queue {QUEUE} on the host print rejects jobs.",
    symptom="Printing at the headquarters says at once that the printer does not accept jobs.",
    cause="The queue was closed for maintenance and not opened again.",
    fixes=(f"Let the queue {QUEUE} accept jobs (cupsaccept).",),
    hosts=("print", "names", "watch", "work1"),
    hurts=frozenset({"print"}),
    inject=shell("print", f"cupsreject -h 127.0.0.1:631 {QUEUE}"),
    heal=shell("print", f"cupsaccept -h 127.0.0.1:631 {QUEUE}"),
    shows=sees(print_server("-a", QUEUE), "not accepting"),
    sites=(HEADQUARTERS,),
)
