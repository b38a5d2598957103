"""Somebody must choose a new Windows password before anything else."""

from __future__ import annotations

from lab.breaking import windows_directory
from lab.faults import Fault
from lab.people import HEADQUARTERS, PEOPLE
from lab.servers.samba_ad import name_of
from lab.symptoms import sees, user

#: 0 means that the password must be changed, -1 that it was changed now (MS-ADTS 3.1.1.8.10).
ANN = PEOPLE[0].login

FAULT = Fault(
    name="password-expired",
    area="accounts",
    broken=f"The password of {ANN} in the Active Directory must be changed (pwdLastSet is 0).",
    symptom="One person's Windows password is refused, although it is right.",
    cause="The password has expired.",
    fixes=("Let the person choose a new password.", "Set a new password as administrator."),
    hosts=("dc1", "names", "work1"),
    hurts=frozenset({"windows"}),
    inject=windows_directory(name_of(ANN), "pwdLastSet", "0"),
    heal=windows_directory(name_of(ANN), "pwdLastSet", "-1"),
    shows=sees(user("windows"), "data 773"),
    sites=(HEADQUARTERS,),
)
