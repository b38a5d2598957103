"""No mail can be sent: the mail server's program does not run."""

from __future__ import annotations

from lab.breaking import start, stop
from lab.faults import Fault
from lab.symptoms import port_refused

FAULT = Fault(
    name="mail-server-stopped",
    area="mail",
    broken="smtpd on the host mail does not run.",
    symptom="Mail can be read, but not sent; from outside none comes.",
    cause="OpenSMTPD is stopped; the mailboxes are well.",
    fixes=("Start smtpd on the host mail.",),
    hosts=("mail", "watch"),
    hurts=frozenset({"mail"}),
    inject=stop("mail", "opensmtpd"),
    heal=start("mail", "opensmtpd"),
    shows=port_refused("mail", 25),
)
