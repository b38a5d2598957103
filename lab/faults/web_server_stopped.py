"""The web server has been stopped."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop it, as somebody did who forgot to start it again."""
    premises.server("web", "nginx").stop(premises["web"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("web", "nginx").run(premises["web"], premises["watch"])


def shows(premises: Premises) -> str:
    """Nothing listens where browsers connect."""
    return symptoms.closed(premises["watch"], premises["web"].address, 443)


FAULT = Fault(
    name="web-server-stopped",
    area="web",
    broken="nginx on the host web does not run.",
    symptom="The intranet cannot be reached; the browser says that the connection was refused.",
    cause="The service nginx is stopped.",
    fixes=("Start the service nginx on the host web.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
