"""Somebody has been taken out of a group by mistake."""

from __future__ import annotations

from lab.breaking import directory
from lab.faults import Fault
from lab.people import HEADQUARTERS, PEOPLE
from lab.servers.slapd import BASE, name_of
from lab.symptoms import sees, user

GROUP = "it"
ENTRY = f"cn={GROUP},ou=groups,{BASE}"
ANN = PEOPLE[0].login
MEMBER = f"member: {name_of(ANN)}"

FAULT = Fault(
    name="group-missing",
    area="accounts",
    broken=f"{ANN} is not in the group {GROUP} of the directory.",
    symptom="One person can sign in, but does not see what colleagues see.",
    cause=f"The membership of {ANN} in the group {GROUP} was removed.",
    fixes=(f"Add {ANN} to the group {GROUP}.",),
    hosts=("directory", "names", "work1"),
    hurts=frozenset({"sign-in"}),
    inject=directory(ENTRY, f"delete: member\n{MEMBER}"),
    heal=directory(ENTRY, f"add: member\n{MEMBER}"),
    shows=sees(user("sign-in"), "no longer in"),
    sites=(HEADQUARTERS,),
)
