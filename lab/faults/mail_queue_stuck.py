"""The mail server takes mail but hands none to the mailboxes."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Pause deliveries."""
    premises["mail"].run("smtpctl", "pause", "mda", check=False)


def heal(premises: Premises) -> None:
    """Resume them, and try at once what waits."""
    premises["mail"].run("smtpctl", "resume", "mda", check=False)
    premises["mail"].run("smtpctl", "schedule", "all", check=False)


def shows(premises: Premises) -> str:
    """Mail is accepted, but does not arrive."""
    if symptoms.unanswered(premises, "mail", "opensmtpd"):
        return ""
    error = symptoms.user_sees(premises, "mail")
    return error if "does not arrive" in error else ""


FAULT = Fault(
    name="mail-queue-stuck",
    area="mail",
    broken="OpenSMTPD on the host mail has its deliveries paused; the queue grows.",
    symptom="Mail can be sent, but none arrives.",
    cause="Deliveries to mailboxes are paused in the mail server.",
    fixes=("Resume deliveries (smtpctl resume mda).", "Restart the mail server."),
    hosts=("mail", "names", "watch", "work1"),
    hurts=frozenset({"mail"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
