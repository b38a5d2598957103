"""Who works in the office: forty people at two sites, in 25 groups, with Nordic letters in their names."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

DOMAIN = "norrvik.example"
#: One password for all of them, which satisfies the rules of every directory here.
PASSWORD = "Fjorden-ligger-stilla-7"

HEADQUARTERS = "norrvik"
BRANCH = "sorfjord"


@dataclass(frozen=True)
class Person:
    """Somebody who works here."""

    name: str
    site: str
    groups: tuple[str, ...]

    @property
    def login(self) -> str:
        """The name for signing in: first name, dot, surname, in plain letters."""
        return plain(self.name).replace(" ", ".")

    @property
    def mail(self) -> str:
        """The mail address."""
        return f"{self.login}@{DOMAIN}"

    @property
    def given(self) -> str:
        """First name."""
        return self.name.split(maxsplit=1)[0]

    @property
    def family(self) -> str:
        """Surname."""
        return self.name.split(maxsplit=1)[1]


def plain(text: str) -> str:
    """Return ``text`` in small letters a to z: å and ä become a, ö and ø become o, æ becomes ae."""
    lowered = text.lower().replace("ø", "o").replace("æ", "ae").replace("ð", "d")
    return unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode()


_HEADQUARTERS = """
Ann Åkesson: it administration
Ben Öst: it servicedesk
Cleo Lind: it drift
Dag Berg: economy
Åsa Ängström: economy invoices
Örjan Östlund: economy
Märta Sjöström: administration
Håkan Åström: management economy
Lovisa Hägg: management communication
Göran Bäckström: planning
Björn Källström: planning
Frida Löfgren: building
Jörgen Ståhl: building
Kajsa Näslund: school teachers
Linnéa Öberg: school teachers
Måns Röding: school
Elsa Kjær: library
Søren Nygård: library
Sigrid Ågren: communication
Torbjörn Fält: roads drivers
Ulla Häggkvist: roads water
Väinö Mäkelä: water drivers
Ylva Sörensen: social care
Zäta Åberg: care
Anders Älv: care
Beata Ör: social
"""
_BRANCH = """
Øyvind Sæther: sales
Åse Bjørnstad: sales invoices
Bjørg Hærland: harbour
Kåre Ødegård: harbour drivers
Mæland Røst: harbour water
Ingrid Sørli: management sales
Jørn Aasgård: stores
Kjersti Lågøy: stores drivers
Pål Bråten: workshop
Ragnhild Tømte: workshop
Snorre Vågå: it servicedesk
Tæge Fløtten: roads
Unni Bærum: administration
Øystein Krøgh: communication
"""


def _listed(text: str, site: str) -> list[Person]:
    """People of one site from lines ``name: groups``; everybody is in ``everyone`` and in the group of the site."""
    lines = (line.partition(":") for line in text.strip().splitlines())
    return [Person(name, site, ("everyone", site, *groups.split())) for name, _, groups in lines]


PEOPLE: tuple[Person, ...] = (*_listed(_HEADQUARTERS, HEADQUARTERS), *_listed(_BRANCH, BRANCH))
GROUPS: tuple[str, ...] = tuple(sorted({group for person in PEOPLE for group in person.groups}))


def members(group: str) -> list[Person]:
    """Everybody in ``group``."""
    return [person for person in PEOPLE if group in person.groups]


def person(login: str) -> Person:
    """Whoever signs in as ``login``; raises ``KeyError`` for a stranger."""
    return {one.login: one for one in PEOPLE}[login]
