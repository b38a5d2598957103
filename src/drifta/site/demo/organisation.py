"""Example data for trying out and for screenshots: entered through the same actions as real data, and marked."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from drifta.channels import actions as channels
from drifta.desk import actions as desk
from drifta.desk import queries as desk_queries
from drifta.inventory import actions as inventory
from drifta.kernel import clock
from drifta.kernel.actor import SYSTEM, Actor
from drifta.monitoring import actions as monitoring
from drifta.people import actions as people
from drifta.people import queries as people_queries
from drifta.people.roles import REQUESTER
from drifta.site.demo import data

if TYPE_CHECKING:
    from drifta.desk.models import Ticket

#: Days back over which the example tickets are spread, and how many there are.
DAYS, TICKETS = 120, 140
SEED = 20261120


@dataclass
class _Demo:
    organisation_id: int
    sites: dict[str, int]
    persons: dict[str, int]
    teams: dict[str, int]
    assets: dict[str, int]
    categories: dict[str, int]

    def actor(self, name: str) -> Actor:
        return people_queries.actor_of(self.persons[name])


def fill(password: str) -> int:
    """Enter the example organisation; the staff can sign in with ``password``. Returns how many tickets were made."""
    with clock.travel(by=timedelta(days=-DAYS - 1)):
        demo = _organisation(password)
    picker = random.Random(SEED)  # noqa: S311 - the same example every time is the point
    plays = [_Play(demo, data.STORIES[number % len(data.STORIES)], picker) for number in range(TICKETS)]
    moments = [(age, each) for each in plays for age in each.ages]
    for age, play in sorted(moments, key=lambda moment: -moment[0]):
        with clock.travel(by=timedelta(days=-age)):
            play.go_on()
    _today(demo)
    _checks(demo)
    return TICKETS + len(data.TODAY)


def _organisation(password: str) -> _Demo:
    organisation = people.create_organisation(
        SYSTEM, name=data.ORGANISATION, language="sv", mail_domains=[data.DOMAIN], is_demo=True
    )
    demo = _Demo(organisation.pk, {}, {}, {}, {}, {})
    for name, address, time_zone in data.SITES:
        site = inventory.create_site(
            SYSTEM, organisation_id=organisation.pk, name=name, address=address, time_zone=time_zone
        )
        demo.sites[name] = site.pk
    _persons(demo, password)
    channels.add_address(
        SYSTEM,
        organisation_id=organisation.pk,
        address=data.DESK_ADDRESS,
        name=data.DESK,
        team_id=demo.teams[data.DESK],
        language="sv",
    )
    _things(demo)
    return demo


def _persons(demo: _Demo, password: str) -> None:
    members: dict[str, list[int]] = {team: [] for team, _line in data.TEAMS}
    for name, title, site, language, roles, team in data.STAFF:
        person = _person(demo, name, title, site, language, roles)
        people.set_password(SYSTEM, people_queries.person(SYSTEM, person), password=password)  # type: ignore[arg-type]
        if team:
            members[team].append(person)
    for name, title, site, language in data.EMPLOYEES:
        _person(demo, name, title, site, language, (REQUESTER,))
    members[data.DESK].append(demo.persons[data.LEADER])
    for team, line in data.TEAMS:
        made = people.create_team(
            SYSTEM, organisation_id=demo.organisation_id, name=team, line=line, member_ids=members[team]
        )
        demo.teams[team] = made.pk


def _person(demo: _Demo, name: str, title: str, site: str, language: str, roles: tuple[str, ...]) -> int:
    number = len(demo.persons) + 1
    prefix = "+4670174" if language == "sv" else "+4790126"
    made = people.create(
        SYSTEM,
        organisation_id=demo.organisation_id,
        name=name,
        emails=[f"{_ascii(name)}@{data.DOMAIN}"],
        phones=[f"{prefix}{number:0{4 if language == 'sv' else 3}d}"],
        language=language,
        title=title,
        site_id=demo.sites[site],
        roles=roles,
    )
    demo.persons[name] = made.pk
    return made.pk


def _ascii(name: str) -> str:
    return name.lower().translate(str.maketrans("åäöæø", "aaoao")).replace(" ", ".")


def _things(demo: _Demo) -> None:
    for name, kind, address, site, model in data.ASSETS:
        asset = inventory.create_asset(
            SYSTEM,
            organisation_id=demo.organisation_id,
            name=name,
            kind=kind,
            address=address,
            model=model,
            site_id=demo.sites[site],
        )
        demo.assets[name] = asset.pk
    for name, assets in data.SERVICES:
        inventory.create_service(
            SYSTEM, organisation_id=demo.organisation_id, name=name, asset_ids=[demo.assets[one] for one in assets]
        )
    for name in data.CATEGORIES:
        category = desk.create_category(SYSTEM, organisation_id=demo.organisation_id, name=name)
        demo.categories[name] = category.pk


class _Play:
    """One story with its people: ``ages`` are the days ago at which something happens, the oldest first."""

    def __init__(self, demo: _Demo, story: data.Story, picker: random.Random) -> None:
        self.demo, self.story = demo, story
        self.asking = demo.actor(picker.choice([one[0] for one in data.EMPLOYEES if one[3] == story.language]))
        self.agent = demo.actor(picker.choice([one[0] for one in data.STAFF if one[5] == data.DESK]))
        experts = [one for one in data.STAFF if one[5] not in (None, data.DESK)]
        expert = picker.choice(experts)
        self.expert, self.team = demo.actor(expert[0]), demo.teams[str(expert[5])]
        self.channel = picker.choice(("mail", "mail", "portal"))
        self.number = 0
        self.ages = _ages(picker)
        self._steps = iter(
            (self._report, self._take, self._answer, self._reply, self._note, self._hand_over, self._end)
        )

    def go_on(self) -> None:
        """Let the next thing happen."""
        next(self._steps)()

    def _ticket(self) -> "Ticket":
        ticket = desk_queries.ticket(SYSTEM, self.number)
        assert ticket is not None
        return ticket

    def _report(self) -> None:
        demo, story = self.demo, self.story
        self.number = desk.create(
            self.asking,
            organisation_id=demo.organisation_id,
            subject=story.subject,
            text=story.report,
            kind=story.kind,
            channel=self.channel,
            impact=story.impact,
            urgency=story.urgency,
            category_id=demo.categories[story.category],
            team_id=demo.teams[data.DESK],
            asset_ids=[demo.assets[story.asset]] if story.asset else [],
            language=story.language,
        ).pk

    def _take(self) -> None:
        desk.take(self.agent, self._ticket())

    def _answer(self) -> None:
        desk.reply(self.agent, self._ticket(), text=self.story.answer, channel="mail")

    def _reply(self) -> None:
        desk.reply(self.asking, self._ticket(), text=self.story.reply, channel=self.channel)

    def _note(self) -> None:
        desk.note(self.agent, self._ticket(), text=self.story.note)

    def _hand_over(self) -> None:
        desk.hand_over(self.agent, self._ticket(), team_id=self.team, note=self.story.note)

    def _end(self) -> None:
        desk.resolve(self.expert, self._ticket(), resolution=self.story.resolution)


def _today(demo: _Demo) -> None:
    """Let the errands of today happen, all their steps in the order of their times."""
    due = {errand: next(errand) for errand in (_errand(demo, one) for one in data.TODAY)}
    while due:
        errand = max(due, key=due.__getitem__)
        with clock.travel(by=timedelta(minutes=-due.pop(errand))):
            following = next(errand, None)
        if following is not None:
            due[errand] = following


def _errand(demo: _Demo, errand: data.Errand) -> Iterator[float]:
    """One errand; says before each step how many minutes ago that is, and does it when gone on with."""
    asking, leader, until = demo.actor(errand.asking), demo.actor(data.LEADER), _later_today()
    yield errand.minutes
    ticket = desk.create(
        asking,
        organisation_id=demo.organisation_id,
        subject=errand.subject,
        text=errand.report,
        channel="mail",
        urgency=errand.urgency,
        category_id=demo.categories[errand.category],
        team_id=demo.teams[data.DESK],
        language=asking.language,
    )
    if errand.answer:
        yield errand.minutes * 0.7
        desk.take(leader, ticket)
        desk.reply(leader, ticket, text=errand.answer, channel="mail")
    yield errand.minutes * 0.4
    if errand.reply:
        desk.reply(asking, ticket, text=errand.reply, channel="mail")
    if errand.waits_for:
        desk.hold(leader, ticket, reason=errand.waits_for, until=until)


def _later_today() -> datetime:
    """Return a moment in two hours, but still of this day."""
    now = timezone.localtime(clock.now())
    return min(now + timedelta(hours=2), now.replace(hour=23, minute=59, second=0))


def _ages(picker: random.Random) -> list[float]:
    """Return the days ago at which a story's steps happen; the newest stories have not come to their end yet."""
    age = picker.uniform(0.02, DAYS)
    ages = [age]
    for _step in range(picker.choice((2, 6, 6, 6, 6, 6)) if age > 2 else picker.choice((0, 1, 2, 3))):
        age = max(age - picker.uniform(0.01, 0.3), 0.001)
        ages.append(age)
    return ages


def _checks(demo: _Demo) -> None:
    """Watch the machine that Drifta runs on: real checks, real curves."""
    checks: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("Drifta server", "host", {}),
        ("Loopback answers", "icmp", {"host": "127.0.0.1"}),
    )
    for name, kind, settings in checks:
        monitoring.create_check(
            SYSTEM,
            organisation_id=demo.organisation_id,
            name=name,
            kind=kind,
            settings=settings,
            asset_id=demo.assets[data.OWN_MACHINE],
            interval=10.0,
            timeout=5.0,
        )
