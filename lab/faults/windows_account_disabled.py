"""Somebody's Windows account is disabled."""

from __future__ import annotations

from lab.breaking import windows_directory
from lab.faults import Fault
from lab.people import HEADQUARTERS, PEOPLE
from lab.servers.samba_ad import NORMAL_ACCOUNT, name_of
from lab.symptoms import sees, user

ANN = PEOPLE[0].login
DISABLED = NORMAL_ACCOUNT + 2

FAULT = Fault(
    name="windows-account-disabled",
    area="accounts",
    broken=f"The account {ANN} in the Active Directory is disabled (userAccountControl 514).",
    symptom="One person's Windows account is refused since this morning.",
    cause="The account was disabled, as for somebody who has left.",
    fixes=("Enable the account (userAccountControl 512).",),
    hosts=("dc1", "names", "work1"),
    hurts=frozenset({"windows"}),
    inject=windows_directory(name_of(ANN), "userAccountControl", str(DISABLED)),
    heal=windows_directory(name_of(ANN), "userAccountControl", str(NORMAL_ACCOUNT)),
    shows=sees(user("windows"), "data 533"),
    sites=(HEADQUARTERS,),
)
