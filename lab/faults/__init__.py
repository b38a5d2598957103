"""Every fault is one file here (or in any other folder, see ``catalogue``) that ends in ``FAULT = Fault(...)``.

A fault says what is broken, how that shows to a user, the true cause and the accepted fixes; it has one function to
break, one to mend, and one that sees the symptom with a plain client, independent of whoever looks for the cause.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lab.building import Premises
from lab.people import BRANCH, HEADQUARTERS
from lab.processes import LabError

OWN = Path(__file__).resolve().parent
#: What everybody does with the help of names: hurt by everything that makes names or the network fail.
EVERYTHING = frozenset({"look-up", "web", "sign-in", "windows", "files", "mail", "calendar", "print", "wireless"})
EVERYWHERE = (HEADQUARTERS, BRANCH)


@dataclass(frozen=True)
class Fault:
    """One fault of the catalogue."""

    name: str
    """Small letters and hyphens; the file is called the same, with underscores."""
    area: str
    """Which part of the trade it belongs to, such as ``web``, ``network``, ``printing``."""
    broken: str
    """What is broken, for whoever reads the catalogue."""
    symptom: str
    """How it shows, in a user's words."""
    cause: str
    """The true cause, which a diagnosis must find."""
    fixes: tuple[str, ...]
    """What mends it, as a technician would do it; each is accepted as right."""
    hosts: tuple[str, ...]
    """Hosts that must be up to break and to see it."""
    hurts: frozenset[str]
    """Tasks (see ``lab.tasks``) that stop working for people; empty when nobody notices at once."""
    inject: Callable[[Premises], None]
    """Break it. May be called again while broken."""
    heal: Callable[[Premises], None]
    """Mend it, and wait until what was restarted answers. May be called when nothing is broken."""
    shows: Callable[[Premises], str]
    """Look with a plain client: what it sees of the symptom, or an empty text. Takes a few seconds at most."""
    sites: tuple[str, ...] = EVERYWHERE
    """Sites whose people are hurt."""
    by_chance: bool = False
    """Whom it hurts is a matter of luck (lost packets, slow lines), so the users are not asked."""
    patience: float = 60
    """Seconds until the symptom shows, or is gone."""

    def expected(self) -> set[tuple[str, str]]:
        """What the scripted users should notice: pairs of task and site."""
        return {(task, site) for task in self.hurts for site in self.sites}


def catalogue(folders: Iterable[Path] = ()) -> dict[str, Fault]:
    """All faults by name: those of the lab, and those of further folders. Two of one name are refused."""
    found: dict[str, Fault] = {}
    for folder in (OWN, *folders):
        if not folder.is_dir():
            raise LabError(f"There is no folder {folder} with faults. Check --faults.")
        for file in sorted(folder.glob("*.py")):
            if not file.stem.startswith("_"):
                fault = read(file)
                if fault.name in found:
                    raise LabError(f"Two faults are called {fault.name}; the second is in {file}. Rename one.")
                found[fault.name] = fault
    return found


def read(file: Path) -> Fault:
    """The fault that a file describes."""
    name = f"lab.faults.{file.stem}" if file.parent == OWN else f"lab_faults_{file.stem}"
    specification = importlib.util.spec_from_file_location(name, file)
    if specification is None or specification.loader is None:
        raise LabError(f"{file} cannot be read as Python.")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    fault = getattr(module, "FAULT", None)
    if not isinstance(fault, Fault):
        raise LabError(f"{file} describes no fault. It must end in FAULT = Fault(...).")
    return fault
