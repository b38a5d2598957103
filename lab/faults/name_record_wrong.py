"""The intranet's name leads to an address where nobody is."""

from __future__ import annotations

from lab.building import Premises
from lab.faults import Fault
from lab.faults.name_record_missing import RECORD, change, found
from lab.people import DOMAIN

NOBODY = "10.20.0.99"


def inject(premises: Premises) -> None:
    """Give the record a wrong address."""
    change(premises, NOBODY)


def heal(premises: Premises) -> None:
    """Give it the right one."""
    change(premises, premises["web"].address)


def shows(premises: Premises) -> str:
    """The answer is not the web server's address."""
    answer = found(premises)
    return f"{RECORD}.{DOMAIN} is {', '.join(answer)}" if NOBODY in answer else ""


FAULT = Fault(
    name="name-record-wrong",
    area="names",
    broken=f"The name {RECORD}.{DOMAIN} leads to {NOBODY}, where there is no machine.",
    symptom="The browser cannot reach the intranet.",
    cause=f"The A record of {RECORD}.{DOMAIN} has a wrong address.",
    fixes=("Correct the A record to the address of the host web.",),
    hosts=("names", "web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
