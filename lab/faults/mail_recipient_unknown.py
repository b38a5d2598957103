"""The mail server does not know one person's address."""

from __future__ import annotations

from lab.breaking import Line, restart, revive, steps
from lab.faults import Fault
from lab.people import HEADQUARTERS, PEOPLE
from lab.symptoms import both, mail_refused, sees, well

ANN = PEOPLE[0]
OUTSIDE = "somebody@elsewhere.example"
ADDRESS = Line("mail", "/etc/smtpd.conf", right=f'"{ANN.mail}"', wrong=f'"{ANN.mail.replace("kess", "kes")}"')

FAULT = Fault(
    name="mail-recipient-unknown",
    area="mail",
    broken=f"The address of {ANN.login} is misspelt in the table of people of OpenSMTPD on the host mail.",
    symptom="One person gets no mail; senders hear that the address does not exist.",
    cause="A typing error in the mail server's table of addresses.",
    fixes=("Correct the address in /etc/smtpd.conf and restart smtpd.",),
    hosts=("mail", "watch"),
    hurts=frozenset({"mail"}),
    inject=steps(ADDRESS.spoil, restart("mail", "opensmtpd")),
    heal=steps(ADDRESS.correct, revive("mail", "opensmtpd")),
    shows=both(well(mail_refused(OUTSIDE, PEOPLE[1].mail)), sees(mail_refused(OUTSIDE, ANN.mail), " 524 ")),
    sites=(HEADQUARTERS,),
)
