"""The mail server takes mail but hands none to the mailboxes."""

from __future__ import annotations

from lab.breaking import deliver, shell, steps
from lab.faults import Fault
from lab.people import PEOPLE
from lab.symptoms import both, fails, sees, user, well

FAULT = Fault(
    name="mail-queue-stuck",
    area="mail",
    broken="OpenSMTPD on the host mail has its deliveries paused; the queue grows.",
    symptom="Mail can be sent, but none arrives.",
    cause="Deliveries to mailboxes are paused in the mail server.",
    fixes=("Resume deliveries (smtpctl resume mda).", "Restart the mail server."),
    hosts=("mail", "names", "watch", "work2"),
    hurts=frozenset({"mail"}),
    inject=shell("mail", "smtpctl pause mda || true"),
    heal=steps(shell("mail", "smtpctl resume mda || true"), deliver),
    shows=both(well(fails("mail", "opensmtpd")), sees(user("mail", PEOPLE[1]), "does not arrive")),
)
