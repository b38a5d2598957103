"""RADIUS server and access points do not have the same secret."""

from __future__ import annotations

import dataclasses

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import PEOPLE
from lab.servers.freeradius import Freeradius, sign_in

SECRET = Freeradius().secret
OTHER = "en-annan-hemlighet"


def configure(premises: Premises, secret: str) -> None:
    """Let the server run with this secret."""
    server, machine = dataclasses.replace(Freeradius(), secret=secret), premises["directory"]
    server.stop(machine)
    server.prepare(machine)
    server.run(machine, premises["watch"])


def inject(premises: Premises) -> None:
    """Change it at the server only."""
    configure(premises, OTHER)


def heal(premises: Premises) -> None:
    """Change it back."""
    configure(premises, SECRET)


def shows(premises: Premises) -> str:
    """With the access points' secret nothing comes back, although the server runs."""
    if not premises["directory"].runs("freeradius"):
        return ""
    return symptoms.failure(lambda: sign_in(premises["directory"], premises["watch"], PEOPLE[0].login, SECRET))


FAULT = Fault(
    name="wireless-secret-wrong",
    area="wireless",
    broken="FreeRADIUS on the host directory has another shared secret than the access points.",
    symptom="Nobody gets into the wireless network; passwords seem to be wrong.",
    cause="The shared secret was changed at one end only.",
    fixes=("Set the same shared secret at the server and at the access points.",),
    hosts=("directory", "watch"),
    hurts=frozenset({"wireless"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
