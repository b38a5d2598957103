"""The time server runs, but does not know the time."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault

FILE = "/etc/chrony/chrony.conf"


def inject(premises: Premises) -> None:
    """Take the local clock from its sources, so that none is left."""
    names, server = premises["names"], premises.server("names", "chrony")
    names.shell(f"sed -i '/^local /d' {FILE}")
    server.stop(names)
    for service in server.services(names):
        names.start(service)


def heal(premises: Premises) -> None:
    """Configure it as it was."""
    names, server = premises["names"], premises.server("names", "chrony")
    server.stop(names)
    server.prepare(names)
    server.run(names, premises["watch"])


def shows(premises: Premises) -> str:
    """It answers that it is not synchronised (RFC 5905: stratum 0 or 16)."""
    error = symptoms.unanswered(premises, "names", "chrony")
    return error if "stratum" in error else ""


FAULT = Fault(
    name="clock-source-unsynchronised",
    area="time",
    broken="chrony on the host names has no source of time.",
    symptom="Nobody notices for days; then signing in fails here and there, because clocks differ.",
    cause="The line “local” is missing in chrony.conf and no other source is named.",
    fixes=(
        "Add the line local stratum 8 to chrony.conf and restart chronyd.",
        "Name a time server that can be reached.",
    ),
    hosts=("names", "watch"),
    hurts=frozenset(),
    inject=inject,
    heal=heal,
    shows=shows,
)
