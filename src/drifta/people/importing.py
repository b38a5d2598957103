"""What a file of people would do: a plan, row by row, that the preview shows and the import carries out."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _

from drifta.people import contact, csv_rows, queries
from drifta.people.csv_rows import Row, Sheet
from drifta.people.models import ContactPoint, Organisation, Person, Team
from drifta.people.words import FIELDS

Verb = Literal["create", "update", "unchanged", "fault"]


@dataclass
class Step:
    """What happens with one row. ``changes`` are pairs of what and its new value, for people to read."""

    row: Row
    verb: Verb = "create"
    person: Person | None = None
    values: dict[str, Any] = field(default_factory=dict)
    new_points: list[tuple[str, str]] = field(default_factory=list)
    new_teams: list[Team] = field(default_factory=list)
    manager: str = ""
    changes: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[Any, str]]:
        """The changes with what they are called in the reader's language."""
        return [(_(FIELDS.get(what, what)), value) for what, value in self.changes]

    @property
    def name(self) -> str:
        """The name the person has afterwards."""
        known = self.person.name if self.person else ""
        first_mail = self.row.emails[0] if self.row.emails else ""
        return str(self.values.get("name") or known or (contact.name_from(first_mail) if first_mail else ""))


@dataclass(frozen=True)
class Plan:
    """Everything a file would do."""

    sheet: Sheet
    steps: list[Step]

    def count(self, verb: Verb) -> int:
        """Return how many rows do this."""
        return sum(step.verb == verb for step in self.steps)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows do what."""
        return {verb: self.count(verb) for verb in ("create", "update", "unchanged", "fault")}

    @property
    def is_possible(self) -> bool:
        """Whether no row has a fault and there is something to do."""
        return not self.count("fault") and bool(self.count("create") + self.count("update"))


class _Known:
    """What the organisation has already, looked up once for the whole file."""

    def __init__(self, organisation: Organisation, sheet: Sheet) -> None:
        emails = [email for row in sheet.rows for email in row.emails]
        points = ContactPoint.objects.filter(kind="email", value__in=emails).select_related("person")
        self.organisation = organisation
        self.by_email = {point.value: point.person for point in points}
        people = {person.pk: person for person in self.by_email.values()}
        self.points: dict[int, set[tuple[str, str]]] = defaultdict(set)
        for pk, kind, value in ContactPoint.objects.filter(person__in=people).values_list("person", "kind", "value"):
            self.points[pk].add((kind, value))
        self.team_ids: dict[int, set[int]] = defaultdict(set)
        for pk, team in Person.teams.through.objects.filter(person_id__in=people).values_list("person_id", "team_id"):
            self.team_ids[pk].add(team)
        self.teams = {team.name.lower(): team for team in Team.objects.filter(organisation=organisation)}
        self.sites = {str(site).lower(): site.pk for site in queries.sites(organisation.pk)}
        self.managers = self._managers(sheet)

    def _managers(self, sheet: Sheet) -> dict[str, list[int]]:
        """Return who may be meant by a manager's name or mail address: ids of persons in the database."""
        wanted = {row.values["manager"].lower() for row in sheet.rows if "manager" in row.values}
        found: dict[str, list[int]] = defaultdict(list)
        if wanted:
            people = Person.objects.get_queryset().present().filter(organisation=self.organisation)
            for pk, name in people.values_list("pk", "name"):
                if name.lower() in wanted:
                    found[name.lower()].append(pk)
            for pk, value in ContactPoint.objects.filter(
                kind="email", value__in=wanted, person__organisation=self.organisation
            ).values_list("person_id", "value"):
                found[value].append(pk)
        return found


def plan(organisation: Organisation, content: bytes) -> Plan:
    """Read a file and say what it would do; writes nothing. Raises ``csv_rows.UnreadableFile``."""
    sheet = csv_rows.read(content, contact.REGION_OF_LANGUAGE.get(organisation.language, "SE"))
    known = _Known(organisation, sheet)
    names_in_file = _names_in(sheet)
    return Plan(sheet, [_step(row, known, names_in_file) for row in sheet.rows])


def _names_in(sheet: Sheet) -> dict[str, int]:
    """Return how often each name and mail address stands in the file; managers may be persons of the same file."""
    counts: dict[str, int] = defaultdict(int)
    for row in sheet.rows:
        for key in {row.values.get("name", "").lower(), *row.emails} - {""}:
            counts[key] += 1
    return counts


def _step(row: Row, known: _Known, names_in_file: dict[str, int]) -> Step:
    step = Step(row, faults=[_(fault.text) % fault.values if fault.values else _(fault.text) for fault in row.faults])
    _identify(step, known)
    _plan_values(step, known)
    _plan_points(step, known)
    _plan_teams(step, known)
    _plan_manager(step, known, names_in_file)
    if step.faults:
        step.verb = "fault"
    elif step.person is not None:
        step.verb = "update" if step.changes else "unchanged"
    return step


def _identify(step: Step, known: _Known) -> None:
    """Find the person whom the row's mail addresses belong to."""
    owners = {known.by_email[email].pk: known.by_email[email] for email in step.row.emails if email in known.by_email}
    if len(owners) > 1:
        names = ", ".join(owner.name for owner in owners.values())
        step.faults.append(_("The mail addresses belong to different people (%(names)s).") % {"names": names})
    for owner in owners.values():
        if owner.organisation_id != known.organisation.pk:
            step.faults.append(_("A mail address of this row belongs to a person of another organisation."))
        else:
            step.person = owner


def _plan_values(step: Step, known: _Known) -> None:
    given: dict[str, Any] = {
        name: value for name, value in step.row.values.items() if name in ("name", "title", "language", "note")
    }
    if "vip" in step.row.values:
        given["is_vip"] = step.row.values["vip"] == "yes"
    if "site" in step.row.values:
        site = known.sites.get(step.row.values["site"].lower())
        if site is None:
            step.faults.append(_("There is no site “%(name)s”.") % {"name": step.row.values["site"]})
        else:
            given["site_id"] = site
    for name, value in given.items():
        if step.person is None or getattr(step.person, name) != value:
            step.values[name] = value
            column = {"site_id": "site", "is_vip": "vip"}.get(name, name)
            step.changes.append((column, step.row.values[column]))


def _plan_points(step: Step, known: _Known) -> None:
    present = known.points[step.person.pk] if step.person else set()
    wanted = [("email", email) for email in step.row.emails] + [("phone", phone) for phone in step.row.phones]
    step.new_points = [point for point in wanted if point not in present]
    step.changes.extend(step.new_points)


def _plan_teams(step: Step, known: _Known) -> None:
    present = known.team_ids[step.person.pk] if step.person else set()
    for name in step.row.values.get("teams", "").replace(";", ",").split(","):
        team = known.teams.get(name.strip().lower())
        if team is not None and team.pk not in present:
            step.new_teams.append(team)
            step.changes.append(("team", team.name))
        elif team is None and name.strip():
            step.faults.append(_("There is no team “%(name)s”.") % {"name": name.strip()})


def _plan_manager(step: Step, known: _Known, names_in_file: dict[str, int]) -> None:
    name = step.row.values.get("manager", "")
    if not name:
        return
    found = known.managers.get(name.lower(), [])
    in_file = names_in_file.get(name.lower(), 0)
    if len(set(found)) > 1 or (not found and in_file > 1):
        step.faults.append(
            _("Several people are called “%(name)s”. Write the manager's mail address.") % {"name": name}
        )
    elif not found and not in_file:
        step.faults.append(_("Nobody is called “%(name)s”.") % {"name": name})
    elif step.person is None or [step.person.manager_id] != found:
        step.manager = name
        step.changes.append(("manager", name))
