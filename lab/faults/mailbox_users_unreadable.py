"""The mailboxes' list of people may be read by root only."""

from __future__ import annotations

from lab.breaking import deliver, restart, revive, shell, steps
from lab.faults import Fault
from lab.symptoms import both, fails, port, sees, well

USERS = "/etc/dovecot/lab-users"

FAULT = Fault(
    name="mailbox-users-unreadable",
    area="mail",
    broken="/etc/dovecot/lab-users on the host mail belongs to root and has mode 600.",
    symptom="Mail programs say “temporary failure” and ask for the password again and again.",
    cause="Dovecot may not read its list of people.",
    fixes=("Give the file to dovecot again (chown dovecot, mode 640).",),
    hosts=("mail", "watch"),
    hurts=frozenset({"mail"}),
    inject=steps(shell("mail", f"chown root: {USERS}; chmod 600 {USERS}"), restart("mail", "dovecot")),
    heal=steps(shell("mail", f"chown dovecot: {USERS}; chmod 640 {USERS}"), revive("mail", "dovecot"), deliver),
    shows=both(well(port("mail", 143)), sees(fails("mail", "dovecot"), "UNAVAILABLE", "emporary")),
)
