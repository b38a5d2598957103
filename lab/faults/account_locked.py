"""Somebody's account is locked after too many wrong passwords."""

from __future__ import annotations

from lab.breaking import directory
from lab.building import Premises
from lab.faults import Fault
from lab.people import HEADQUARTERS, PEOPLE
from lab.servers.slapd import name_of, sign_in
from lab.symptoms import WATCH, failure

ANN = PEOPLE[0].login
ATTEMPTS = 6


def lock(premises: Premises) -> None:
    """Sign in with a wrong password again and again."""
    for _ in range(ATTEMPTS):
        failure(lambda: sign_in(premises["directory"], premises[WATCH], ANN, "fel-lösenord"))


def shows(premises: Premises) -> str:
    """The right password does not help this person, but another gets in."""
    server, watch = premises["directory"], premises[WATCH]
    if failure(lambda: sign_in(server, watch, PEOPLE[1].login)):
        return ""
    return failure(lambda: sign_in(server, watch, ANN))


FAULT = Fault(
    name="account-locked",
    area="accounts",
    broken=f"The account {ANN} in the directory is locked.",
    symptom="One person cannot sign in, although the password is right.",
    cause="Too many wrong passwords (from an old telephone) have locked the account.",
    fixes=("Unlock the account (delete pwdAccountLockedTime).", "Set a new password as administrator."),
    hosts=("directory", "watch"),
    hurts=frozenset({"sign-in"}),
    inject=lock,
    heal=directory(name_of(ANN), "delete: pwdAccountLockedTime"),
    shows=shows,
    sites=(HEADQUARTERS,),
)
