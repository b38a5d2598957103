"""Somebody's account on the file server is disabled."""

from __future__ import annotations

from lab.breaking import shell
from lab.faults import Fault
from lab.people import HEADQUARTERS, PEOPLE
from lab.symptoms import both, sees, user, well

ANN = PEOPLE[0].login

FAULT = Fault(
    name="file-account-disabled",
    area="accounts",
    broken=f"The Samba account {ANN} on the host files is disabled.",
    symptom="One person cannot open the common folders; signing in elsewhere works.",
    cause="The account was disabled on the file server.",
    fixes=("Enable the account (smbpasswd -e).",),
    hosts=("files", "names", "work1", "work2"),
    hurts=frozenset({"files"}),
    inject=shell("files", f"smbpasswd -d {ANN}"),
    heal=shell("files", f"smbpasswd -e {ANN}"),
    shows=both(well(user("files", PEOPLE[1])), sees(user("files"), "ACCOUNT_DISABLED")),
    sites=(HEADQUARTERS,),
)
