"""The certificate of the intranet is for another name."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.faults.certificate_expired import NAME, install, shake_hands


def inject(premises: Premises) -> None:
    """Put a certificate in place that is for a server of another organisation."""
    install(premises, "old-intranet.invalid")


def heal(premises: Premises) -> None:
    """Put the right one in place."""
    install(premises, NAME)
    premises.server("web", "nginx").run(premises["web"], premises["watch"])


def shows(premises: Premises) -> str:
    """A client that checks certificates refuses this one because of its name."""
    error = symptoms.failure(lambda: shake_hands(premises))
    return error if "ostname mismatch" in error else ""


FAULT = Fault(
    name="certificate-wrong-name",
    area="certificates",
    broken="The certificate that nginx on the host web shows is for old-intranet.invalid.",
    symptom="The browser warns that somebody may pretend to be the intranet.",
    cause="A certificate for another name was installed.",
    fixes=(f"Install a certificate for {NAME} and reload nginx.",),
    hosts=("web", "watch"),
    hurts=frozenset({"web"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
