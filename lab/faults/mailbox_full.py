"""Somebody's mailbox has reached its quota."""

from __future__ import annotations

from lab.breaking import deliver, shell, steps
from lab.faults import Fault
from lab.people import HEADQUARTERS, PEOPLE
from lab.symptoms import both, sees, user, well

ANN = PEOPLE[0]
BOX = f"/var/vmail/{ANN.login}"
FILL = f"""
mkdir -p {BOX}/cur {BOX}/new {BOX}/tmp
(printf 'Subject: Bilder\\n\\n'; head -c 6000000 /dev/zero | base64) > {BOX}/cur/lab-huge:2,S
chown -R vmail: {BOX}
doveadm quota recalc -u {ANN.login}
"""
EMPTY = f"rm -f {BOX}/cur/lab-huge*; doveadm quota recalc -u {ANN.login}"

FAULT = Fault(
    name="mailbox-full",
    area="mail",
    broken=f"The mailbox of {ANN.login} on the host mail is over its quota.",
    symptom="One person gets no mail any more; senders hear that the mailbox is full.",
    cause="A mail with large pictures fills the mailbox.",
    fixes=("Remove or move the large mail.", "Raise the quota."),
    hosts=("mail", "names", "work1", "work2"),
    hurts=frozenset({"mail"}),
    inject=shell("mail", FILL),
    heal=steps(shell("mail", EMPTY), deliver),
    shows=both(well(user("mail", PEOPLE[1])), sees(user("mail", ANN), "does not arrive")),
    sites=(HEADQUARTERS,),
)
