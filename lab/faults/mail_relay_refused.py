"""The mail server passes on nobody's mail to the world."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.people import PEOPLE
from lab.symptoms import both, mail_refused, sees, well

ANN = PEOPLE[0].mail
NETWORKS = Line("mail", "/etc/smtpd.conf", right="src { 10.0.0.0/8,", wrong="src { 192.168.0.0/16,")

FAULT = Fault(
    name="mail-relay-refused",
    area="mail",
    broken="OpenSMTPD on the host mail relays for 192.168.0.0/16 instead of the office's networks.",
    symptom="Mail to colleagues arrives; mail to the world is refused at once with “Invalid recipient”.",
    cause="The networks for which the mail server relays are wrong.",
    fixes=("Relay for 10.0.0.0/8 and restart smtpd.",),
    hosts=("mail", "watch"),
    hurts=frozenset(),
    inject=steps(NETWORKS.spoil, restart("mail", "opensmtpd")),
    heal=steps(NETWORKS.correct, revive("mail", "opensmtpd")),
    shows=both(well(mail_refused(ANN, ANN)), sees(mail_refused(ANN, "somebody@elsewhere.example"), " 550 ")),
)
