"""The scripted users: everybody works at the workstations of the own site, and a log says what worked for whom.

This is the independent truth about whether the office works: it knows nothing of monitoring, only of users' programs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lab.building import Premises
from lab.office import QUEUES
from lab.people import PEOPLE, Person
from lab.processes import LabError
from lab.tasks import TASKS, Deed, Order

#: People who work at the same time at one workstation.
HANDS = 3
LONGEST = 900


@dataclass(frozen=True)
class Entry:
    """One line of the log: who did what, from which site, and how it went."""

    person: Person
    task: str
    ok: bool
    error: str
    seconds: float

    def __str__(self) -> str:
        """The line as it is printed."""
        word = "ok" if self.ok else f"FAILED {self.error}"
        return f"{self.person.site:10}{self.person.login:22}{self.task:10}{self.seconds:6.2f} s  {word}"


def work(premises: Premises, people: Iterable[Person] = PEOPLE, tasks: Iterable[str] = TASKS) -> list[Entry]:
    """Let people do tasks once, all workstations at the same time; returns the log."""
    wanted, chosen = list(tasks), list(people)
    with ThreadPoolExecutor() as hands:
        parts = hands.map(lambda seat: list(_work_at(premises, seat[0], seat[1], wanted)), _seats(premises, chosen))
        return [entry for part in parts for entry in part]


def hurt(log: Iterable[Entry]) -> set[tuple[str, str]]:
    """What fails where: pairs of task and site with at least one failure in the log."""
    return {(entry.task, entry.person.site) for entry in log if not entry.ok}


def delegates(premises: Premises) -> list[Person]:
    """One person for every site that has a workstation which is up: enough to notice what is wrong for all."""
    first = {person.site: person for person in reversed(PEOPLE)}
    return [person for person in first.values() if _stations(premises, person.site)]


def _stations(premises: Premises, site: str) -> list[str]:
    """Workstations of a site that are up."""
    return [name for name in premises.office.workstations(site) if name in premises.machines]


def _seats(premises: Premises, people: list[Person]) -> list[tuple[str, list[Person]]]:
    """Workstations and who sits at each: people of a site share its workstations evenly."""
    seats: dict[str, list[Person]] = {}
    for number, person in enumerate(people):
        stations = _stations(premises, person.site)
        if not stations:
            raise LabError(f"No workstation of {person.site} is up, so {person.name} cannot work.")
        seats.setdefault(stations[number % len(stations)], []).append(person)
    return list(seats.items())


def _work_at(premises: Premises, station: str, people: list[Person], tasks: list[str]) -> Iterator[Entry]:
    """Let people work at one workstation."""
    order: Order = {
        "people": [person.login for person in people],
        "tasks": tasks,
        "queue": QUEUES[people[0].site],
        "hands": HANDS,
    }
    command = (sys.executable, "-S", "-m", "lab.tasks")
    told = premises[station].run(*command, text=json.dumps(order), seconds=LONGEST).stdout
    by_login = {person.login: person for person in people}
    for line in told.splitlines():
        deed: Deed = json.loads(line)
        yield Entry(by_login[deed["person"]], deed["task"], deed["ok"], deed["error"], deed["seconds"])
