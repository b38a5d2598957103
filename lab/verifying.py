"""Proves faults: each must show its symptom when injected, hurt exactly those it should, and be gone when healed."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from lab import users
from lab.building import Premises
from lab.faults import Fault
from lab.processes import LabError, until

#: Which command told it; what it told is of more interest in the table.
COMMAND = re.compile(r"LabError: \S+: .* failed \(-?\d+\): ")


@dataclass(frozen=True)
class Proof:
    """What came of one fault: the evidence that was seen, what was wrong with it, and the seconds it took."""

    fault: str
    evidence: str
    objection: str
    seconds: float

    def __str__(self) -> str:
        """The line of the table."""
        word = "BAD" if self.objection else "ok"
        told = COMMAND.sub("", (self.objection or self.evidence).replace("\n", " "))
        return f"{word:4}{self.fault:34}{self.seconds:6.1f} s  {told[:120]}"


def prove(premises: Premises, fault: Fault, with_users: bool = True) -> Proof:
    """Break, look, and mend; with ``with_users``, one person for each site works while it is broken."""
    begun, evidence, objection = time.monotonic(), "", ""
    try:
        calm(premises, fault, "before it was injected")
        fault.inject(premises)
        evidence = symptom(premises, fault)
        if with_users and not fault.by_chance:
            objection = complaint(premises, fault)
    except Exception as error:  # a fault is somebody else's code; its error is a result
        objection = f"{type(error).__name__}: {error}"
    try:
        fault.heal(premises)
        calm(premises, fault, "after it was healed")
    except Exception as error:
        objection = objection or f"healing: {type(error).__name__}: {error}"
    return Proof(fault.name, evidence, objection, time.monotonic() - begun)


def symptom(premises: Premises, fault: Fault) -> str:
    """Wait until the symptom shows, and return what is seen of it."""
    seen = ""

    def look() -> str:
        nonlocal seen
        seen = fault.shows(premises)
        return seen

    until(look, fault.patience, "the symptom")
    return seen


def calm(premises: Premises, fault: Fault, when: str) -> None:
    """Wait until the symptom does not show; raise ``LabError`` when it goes on."""
    until(
        lambda: not fault.shows(premises), fault.patience, f"calm {when}: {fault.shows(premises) or 'no symptom now'}"
    )


def complaint(premises: Premises, fault: Fault) -> str:
    """Let people work: how what they notice differs from what the fault says it hurts; empty when it does not."""
    log = users.work(premises, users.delegates(premises))
    noticed, expected = users.hurt(log), fault.expected()
    if noticed == expected:
        return ""
    reasons = {(entry.task, entry.person.site): entry.error for entry in log}
    more = ", ".join(f"{task} at {site} ({reasons[task, site][:60]})" for task, site in sorted(noticed - expected))
    less = ", ".join(f"{task} at {site}" for task, site in sorted(expected - noticed))
    return "; ".join(part for part in (more and f"also hurts {more}", less and f"does not hurt {less}") if part)


def check_hosts(premises: Premises, fault: Fault) -> None:
    """Raise ``LabError`` when a host that the fault needs was left out of this lab."""
    if missing := [name for name in fault.hosts if name not in premises.machines]:
        raise LabError(f"The fault {fault.name} needs the hosts {', '.join(missing)}, which are not up.")
