"""Somebody has been taken out of a group by mistake."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import HEADQUARTERS, PASSWORD, PEOPLE
from lab.servers.slapd import ADMINISTRATOR, BASE, name_of

ANN = PEOPLE[0].login
GROUP = "it"


def change(premises: Premises, verb: str) -> None:
    """Add her to the group, or delete her from it; no matter whether she was in it."""
    text = f"dn: cn={GROUP},ou=groups,{BASE}\nchangetype: modify\n{verb}: member\nmember: {name_of(ANN)}\n"
    command = ("ldapmodify", "-x", "-H", "ldap://127.0.0.1", "-D", ADMINISTRATOR, "-w", PASSWORD)
    premises["directory"].run(*command, text=text, check=False)


def inject(premises: Premises) -> None:
    """Take her out."""
    change(premises, "delete")


def heal(premises: Premises) -> None:
    """Put her back."""
    change(premises, "add")


def shows(premises: Premises) -> str:
    """She misses her group."""
    error = symptoms.user_sees(premises, "sign-in")
    return error if "no longer in" in error else ""


FAULT = Fault(
    name="group-missing",
    area="accounts",
    broken=f"{ANN} is not in the group {GROUP} of the directory.",
    symptom="One person can sign in, but does not see what colleagues see.",
    cause=f"The membership of {ANN} in the group {GROUP} was removed.",
    fixes=(f"Add {ANN} to the group {GROUP}.",),
    hosts=("directory", "names", "work1"),
    hurts=frozenset({"sign-in"}),
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(HEADQUARTERS,),
)
