"""A second machine uses the web server's address."""

from __future__ import annotations

from lab import namespaces
from lab.breaking import shell
from lab.building import Premises
from lab.faults import Fault
from lab.symptoms import WATCH

ADDRESS = "10.20.0.11"


def heal(premises: Premises) -> None:
    """Take it away again, and let everybody forget who had it."""
    premises["printer1"].run("ip", "addr", "del", f"{ADDRESS}/24", "dev", "eth0", check=False)
    for name in (WATCH, "router-norrvik", "work1", "work2"):
        if name in premises.machines:
            namespaces.ip(premises[name].pid, "neigh flush all")


def shows(premises: Premises) -> str:
    """More than one machine answers when asked who has the address."""
    question = ("busybox", "arping", "-c", "2", "-I", "eth0", ADDRESS)
    said = premises[WATCH].run(*question, check=False).stdout
    cards = {line.split("[")[1].split("]")[0] for line in said.splitlines() if "[" in line and "reply" in line.lower()}
    return f"{ADDRESS} is at {' and at '.join(sorted(cards))}" if len(cards) > 1 else ""


FAULT = Fault(
    name="address-conflict",
    area="addresses",
    broken=f"printer1 has the address {ADDRESS} of the web server besides its own.",
    symptom="The intranet works for some and not for others, and that changes by the minute.",
    cause="Two machines have the same address.",
    fixes=("Give the printer an address of its own.",),
    hosts=("web", "printer1", "watch"),
    hurts=frozenset(),
    inject=shell("printer1", f"ip addr add {ADDRESS}/24 dev eth0 2>/dev/null || true"),
    heal=heal,
    shows=shows,
    by_chance=True,
)
