"""A printer has no paper."""

from __future__ import annotations

from lab.building import Premises
from lab.faults import Fault
from lab.office import QUEUES
from lab.people import HEADQUARTERS
from lab.servers import printer
from lab.servers.cups import submit


def inject(premises: Premises) -> None:
    """Take the paper out, and print a page."""
    premises["printer1"].run("touch", printer.EMPTY)
    submit(premises["print"].address, premises["watch"], QUEUES[HEADQUARTERS])


def heal(premises: Premises) -> None:
    """Put paper in."""
    premises["printer1"].run("rm", "-f", printer.EMPTY)


def shows(premises: Premises) -> str:
    """The printer itself says so."""
    said = printer.state(premises["printer1"], premises["watch"])
    return said if "media-empty" in said else ""


FAULT = Fault(
    name="printer-out-of-paper",
    area="printing",
    broken="The printer printer1 has no paper.",
    symptom="Nothing comes out of the printer at the headquarters; a lamp blinks.",
    cause="The tray is empty.",
    fixes=("Put paper into printer1.",),
    hosts=("print", "printer1", "watch"),
    hurts=frozenset({"print"}),
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(HEADQUARTERS,),
    patience=40,
)
