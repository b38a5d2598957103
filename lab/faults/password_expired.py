"""Somebody must choose a new Windows password before anything else."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import HEADQUARTERS, PEOPLE
from lab.servers.samba_ad import DATABASE, name_of, sign_in

ANN = PEOPLE[0].login


def change(premises: Premises, last_set: str) -> None:
    """Set when the password was set last: 0 means that it must be changed, -1 that it was now (MS-ADTS 3.1.1.8.10)."""
    text = f"dn: {name_of(ANN)}\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: {last_set}\n"
    premises["dc1"].run("ldbmodify", "-H", DATABASE, text=text)


def inject(premises: Premises) -> None:
    """Let it expire."""
    change(premises, "0")


def heal(premises: Premises) -> None:
    """Let it count as new."""
    change(premises, "-1")


def shows(premises: Premises) -> str:
    """This person is refused with the code for an expired password, another is not."""
    controller, watch = premises["dc1"], premises["watch"]
    if symptoms.failure(lambda: sign_in(controller, watch, PEOPLE[1].login)):
        return ""
    error = symptoms.failure(lambda: sign_in(controller, watch, ANN))
    return error if "data 773" in error else ""


FAULT = Fault(
    name="password-expired",
    area="accounts",
    broken=f"The password of {ANN} in the Active Directory must be changed (pwdLastSet is 0).",
    symptom="One person's Windows password is refused, although it is right.",
    cause="The password has expired.",
    fixes=("Let the person choose a new password.", "Set a new password as administrator."),
    hosts=("dc1", "watch"),
    hurts=frozenset({"windows"}),
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(HEADQUARTERS,),
)
