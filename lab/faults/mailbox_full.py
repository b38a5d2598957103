"""Somebody's mailbox has reached its quota."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import HEADQUARTERS, PEOPLE

ANN = PEOPLE[0]
BOX = f"/var/vmail/{ANN.login}"


def inject(premises: Premises) -> None:
    """Put one huge mail into it, and let dovecot count."""
    premises["mail"].shell(
        f"mkdir -p {BOX}/cur {BOX}/new {BOX}/tmp\n"
        f"(printf 'Subject: Bilder\\n\\n'; head -c 6000000 /dev/zero | base64) > {BOX}/cur/lab-huge:2,S\n"
        f"chown -R vmail: {BOX}\n"
        f"doveadm quota recalc -u {ANN.login}"
    )


def heal(premises: Premises) -> None:
    """Remove it, and count again."""
    premises["mail"].shell(
        f"rm -f {BOX}/cur/lab-huge*; doveadm quota recalc -u {ANN.login}; smtpctl schedule all || true"
    )


def shows(premises: Premises) -> str:
    """Her mail does not arrive, a colleague's does."""
    if symptoms.user_sees(premises, "mail", PEOPLE[1]):
        return ""
    return symptoms.user_sees(premises, "mail", ANN)


FAULT = Fault(
    name="mailbox-full",
    area="mail",
    broken=f"The mailbox of {ANN.login} on the host mail is over its quota.",
    symptom="One person gets no mail any more; senders hear that the mailbox is full.",
    cause="A mail with large pictures fills the mailbox.",
    fixes=("Remove or move the large mail.", "Raise the quota."),
    hosts=("mail", "names", "work1", "work2"),
    hurts=frozenset({"mail"}),
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(HEADQUARTERS,),
)
