"""Somebody's account is locked after too many wrong passwords."""

from __future__ import annotations

from lab import symptoms
from lab.building import Premises
from lab.faults import Fault
from lab.people import HEADQUARTERS, PASSWORD, PEOPLE
from lab.servers.slapd import ADMINISTRATOR, name_of, sign_in

ANN = PEOPLE[0].login
ATTEMPTS = 6
NO_SUCH_ATTRIBUTE = 16


def inject(premises: Premises) -> None:
    """Sign in with a wrong password again and again."""
    for _ in range(ATTEMPTS):
        symptoms.failure(lambda: sign_in(premises["directory"], premises["watch"], ANN, "fel-lösenord"))


def heal(premises: Premises) -> None:
    """Unlock the account, as its administrator."""
    change = f"dn: {name_of(ANN)}\nchangetype: modify\ndelete: pwdAccountLockedTime\n"
    command = ("ldapmodify", "-x", "-H", "ldap://127.0.0.1", "-D", ADMINISTRATOR, "-w", PASSWORD)
    premises["directory"].run(*command, text=change, check=False)


def shows(premises: Premises) -> str:
    """The right password does not help this person, but another gets in."""
    directory, watch = premises["directory"], premises["watch"]
    if symptoms.failure(lambda: sign_in(directory, watch, PEOPLE[1].login)):
        return ""
    return symptoms.failure(lambda: sign_in(directory, watch, ANN))


FAULT = Fault(
    name="account-locked",
    area="accounts",
    broken=f"The account {ANN} in the directory is locked.",
    symptom="One person cannot sign in, although the password is right.",
    cause="Too many wrong passwords (from an old telephone) have locked the account.",
    fixes=("Unlock the account (delete pwdAccountLockedTime).", "Set a new password as administrator."),
    hosts=("directory", "watch"),
    hurts=frozenset({"sign-in"}),
    inject=inject,
    heal=heal,
    shows=shows,
    sites=(HEADQUARTERS,),
)
