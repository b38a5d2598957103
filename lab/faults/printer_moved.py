"""A queue sends its jobs to an address where there is no printer any more."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.office import QUEUES
from lab.people import BRANCH
from lab.servers.printer import uri
from lab.symptoms import both, port, print_server, sees, well

QUEUE = QUEUES[BRANCH]
OLD, NEW = "10.30.0.98", "10.30.0.31"
SEND = f"lpadmin -h 127.0.0.1:631 -p {QUEUE} -v"

FAULT = Fault(
    name="printer-moved",
    area="printing",
    broken=f"The queue {QUEUE} on the host print sends to {OLD}; the printer has the address 10.30.0.31.",
    symptom="At the harbour nothing comes out of the printer since it was moved.",
    cause="The printer has a new address, and the queue was not told.",
    fixes=("Set the queue's device to the printer's address (lpadmin -v).",),
    hosts=("print", "printer2", "backup", "watch"),
    hurts=frozenset({"print"}),
    inject=shell("print", f"{SEND} {uri(OLD)}"),
    heal=shell("print", f"{SEND} {uri(NEW)}; cupsenable -h 127.0.0.1:631 {QUEUE}"),
    shows=both(well(port("printer2", 8631)), sees(print_server("-v", QUEUE), OLD)),
    sites=(BRANCH,),
)
