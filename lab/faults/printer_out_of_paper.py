"""A printer has no paper."""

from __future__ import annotations

from lab.breaking import shell, steps
from lab.building import Premises
from lab.faults import Fault
from lab.office import QUEUES
from lab.people import HEADQUARTERS
from lab.servers.cups import submit
from lab.servers.printer import EMPTY, state
from lab.symptoms import WATCH, sees


def print_something(premises: Premises) -> None:
    """Print a page; the printer notices only then."""
    submit(premises["print"].address, premises[WATCH], QUEUES[HEADQUARTERS])


def told(premises: Premises) -> str:
    """What the printer says of itself."""
    return state(premises["printer1"], premises[WATCH])


FAULT = Fault(
    name="printer-out-of-paper",
    area="printing",
    broken="The printer printer1 has no paper.",
    symptom="Nothing comes out of the printer at the headquarters; a lamp blinks.",
    cause="The tray is empty.",
    fixes=("Put paper into printer1.",),
    hosts=("print", "printer1", "watch"),
    hurts=frozenset({"print"}),
    inject=steps(shell("printer1", f"touch {EMPTY}"), print_something),
    heal=shell("printer1", f"rm -f {EMPTY}"),
    shows=sees(told, "media-empty"),
    sites=(HEADQUARTERS,),
)
