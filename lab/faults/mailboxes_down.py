"""The mailboxes cannot be opened; mail waits in the queue."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop dovecot."""
    premises.server("mail", "dovecot").stop(premises["mail"])


def heal(premises: Premises) -> None:
    """Start it, and deliver what waits."""
    premises.server("mail", "dovecot").run(premises["mail"], premises["watch"])
    premises["mail"].run("smtpctl", "schedule", "all", check=False)


def shows(premises: Premises) -> str:
    """Nothing listens where mail programs connect."""
    return symptoms.closed(premises["watch"], premises["mail"].address, 143)


FAULT = Fault(
    name="mailboxes-down",
    area="mail",
    broken="Dovecot on the host mail does not run.",
    symptom="Mail programs cannot connect.",
    cause="The IMAP server is stopped.",
    fixes=("Start dovecot on the host mail.",),
    hosts=("mail", "watch"),
    hurts=frozenset({"mail"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
