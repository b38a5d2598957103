"""The mailboxes cannot be opened; mail waits in the queue."""

from __future__ import annotations

from lab.breaking import deliver, start, steps, stop
from lab.faults import Fault
from lab.symptoms import port_refused

FAULT = Fault(
    name="mailboxes-down",
    area="mail",
    broken="Dovecot on the host mail does not run.",
    symptom="Mail programs cannot connect.",
    cause="The IMAP server is stopped.",
    fixes=("Start dovecot on the host mail.",),
    hosts=("mail", "watch"),
    hurts=frozenset({"mail"}),
    inject=stop("mail", "dovecot"),
    heal=steps(start("mail", "dovecot"), deliver),
    shows=port_refused("mail", 143),
)
