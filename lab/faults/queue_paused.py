"""A print queue has been paused."""

from __future__ import annotations

from lab.building import Premises
from lab.faults import Fault
from lab.office import QUEUES
from lab.people import HEADQUARTERS
from lab.servers.cups import queue_state

QUEUE = QUEUES[HEADQUARTERS]


def inject(premises: Premises) -> None:
    """Pause it."""
    premises["print"].run("cupsdisable", "-h", "127.0.0.1:631", QUEUE)


def heal(premises: Premises) -> None:
    """Resume it."""
    premises["print"].run("cupsenable", "-h", "127.0.0.1:631", QUEUE)


def shows(premises: Premises) -> str:
    """The print server says so."""
    said = queue_state(premises["print"].address, premises["watch"], QUEUE)
    return said if "disabled" in said else ""


FAULT = Fault(
    name="queue-paused",
    area="printing",
    broken=f"The queue {QUEUE} on the host print is paused.",
    symptom="Nothing comes out of the printer at the headquarters.",
    cause="Somebody has paused the queue.",
    fixes=(f"Resume the queue {QUEUE}.",),
    hosts=("print", "printer1", "watch"),
    hurts=frozenset({"print"}),
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(HEADQUARTERS,),
)
