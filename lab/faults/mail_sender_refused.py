"""The mail server takes its own people for forgers."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.people import DOMAIN, PEOPLE
from lab.symptoms import both, mail_refused, sees, well

ANN = PEOPLE[0].mail
FIRST = "match from any for domain"
RULE = f'match from any mail-from "@{DOMAIN}" for any reject'
RULES = Line("mail", "/etc/smtpd.conf", right=FIRST, wrong=f"{RULE}\n{FIRST}")

FAULT = Fault(
    name="mail-sender-refused",
    area="mail",
    broken="OpenSMTPD on the host mail refuses every mail whose sender is in the office's own domain.",
    symptom="Nobody in the office can send mail: “550”. From outside it arrives.",
    cause="A rule against forged senders also meets the office's own people.",
    fixes=("Apply the rule to connections from outside only.", "Remove the rule and restart smtpd."),
    hosts=("mail", "watch"),
    hurts=frozenset({"mail"}),
    inject=steps(RULES.spoil, restart("mail", "opensmtpd")),
    heal=steps(RULES.correct, revive("mail", "opensmtpd")),
    shows=both(well(mail_refused("somebody@elsewhere.example", ANN)), sees(mail_refused(ANN, ANN), " 550 ")),
)
