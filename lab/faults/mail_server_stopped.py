"""No mail can be sent: the mail server's program does not run."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault


def inject(premises: Premises) -> None:
    """Stop OpenSMTPD."""
    premises.server("mail", "opensmtpd").stop(premises["mail"])


def heal(premises: Premises) -> None:
    """Start it."""
    premises.server("mail", "opensmtpd").run(premises["mail"], premises["watch"])


def shows(premises: Premises) -> str:
    """The machine answers, but nobody takes mail."""
    machine, watch = premises["mail"], premises["watch"]
    if symptoms.unreachable(watch, machine.address):
        return ""
    return symptoms.closed(watch, machine.address, 25)


FAULT = Fault(
    name="mail-server-stopped",
    area="mail",
    broken="smtpd on the host mail does not run.",
    symptom="Mail can be read, but not sent; from outside none comes.",
    cause="OpenSMTPD is stopped; the mailboxes are well.",
    fixes=("Start smtpd on the host mail.",),
    hosts=("mail", "watch"),
    hurts=frozenset({"mail"}),
    inject=inject,
    heal=heal,
    shows=shows,
)
