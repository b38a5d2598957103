"""Who calls: finds people by what the phone shows or the caller says: number, name, mail, device or ticket."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from drifta.desk.models import Ticket
from drifta.inventory import queries as inventory
from drifta.kernel.actor import Actor
from drifta.people import queries as people

#: Leads of one kind that are shown; who has more types another letter.
MOST = 8
#: Characters of a search; nobody's name is longer.
LONGEST = 100


@dataclass(frozen=True)
class Lead:
    """One answer to who calls: a person, known by themselves, by a device of theirs or by a ticket."""

    person: Any = None
    asset: Any = None
    ticket: Ticket | None = None

    @property
    def query(self) -> str:
        """The lead as it stands in the page's address."""
        named = {"person": self.person, "asset": self.asset, "ticket": self.ticket}
        return urlencode({name: found.pk for name, found in named.items() if found is not None})


def cleaned(text: str) -> str:
    """Return what was searched for; a space before digits is the + of a number in an address not encoded."""
    text = text.replace("\0", "")[:LONGEST]
    return re.sub(r"^ +(?=[1-9])", "+", text).strip() if re.fullmatch(r" +[\d\s]+", text) else text.strip()


def find(actor: Actor, text: str, language: str) -> list[Lead]:
    """Return who it may be: those whom a number or mail address names exactly, else all whose words fit.

    Numbers without a country code are read as dialled where ``language`` is spoken.
    """
    if not text:
        return []
    exact = [*_by_ticket(actor, text), *_by_address(actor, text, language)]
    if exact or text.startswith("#"):
        return exact
    words = _digits(text) or text
    persons = [Lead(person) for person in people.choices(actor, words, MOST)]
    assets = [Lead(asset.owner, asset=asset) for asset in inventory.choices(actor, text, MOST)]
    return [*persons, *assets]


def _by_ticket(actor: Actor, text: str) -> list[Lead]:
    number = text.removeprefix("#").strip()
    if not number.isdecimal() or len(number) > 18:
        return []
    rows = Ticket.objects.visible_to(actor).select_related("requester__organisation")
    return [Lead(ticket.requester, ticket=ticket) for ticket in rows.filter(pk=int(number))]


def _by_address(actor: Actor, text: str, language: str) -> list[Lead]:
    """Return those whose number or mail address this is, of the organisations that the actor sees."""
    by_mail = people.person_by_email(text) if "@" in text else None
    found = [by_mail] if by_mail else people.persons_by_phone(text, language)
    return [Lead(person) for person in found if actor.sees_organisation(person.organisation_id)]


def _digits(text: str) -> str:
    """Return the beginning of a number, as people type it, without its spaces; empty for other text."""
    return re.sub(r"\D", "", text) if re.fullmatch(r"\+?[\d\s().\-/]{3,}", text) else ""


def particulars(text: str) -> dict[str, str]:
    """Return what the text tells about somebody who is not known: a number, a mail address, or a name."""
    if "@" in text:
        return {"email": text}
    if re.fullmatch(r"(tel:)?\+?[\d\s().\-/]{3,}", text):
        return {"phone": text.removeprefix("tel:")}
    return {} if text.startswith("#") else {"name": text}
