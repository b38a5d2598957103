"""What every test has: the write guard, a file store of its own, and the named people."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.core.cache import cache as django_cache
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from drifta.kernel import guard
from drifta.kernel.testing import guarded
from drifta.people.models import Organisation, Person, Team
from drifta.people.roles import ADMINISTRATOR, FIRST_LINE, REQUESTER, SECOND_LINE

pytest_plugins = ["lab.fixtures"]

# The same examples in every run and no limit on the time of one: a test fails for what was changed, not for the luck
# of an example or a pause of the machine. Others: ``pytest -m hypothesis --hypothesis-profile=default``.
hypothesis.settings.load_profile("ci")

PASSWORD = "Fjorden-ligger-stilla-7"
JOB_TABLES = ("procrastinate_jobs", "procrastinate_events", "procrastinate_periodic_defers", "procrastinate_workers")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let the tests empty the event log between them, which nobody else may."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS kernel_event_no_truncate ON kernel_event")


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: object) -> None:
    django_settings.FILES_DIR = tmp_path / "files"
    django_cache.clear()


@pytest.fixture(autouse=True)
def _guard(request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse writes outside actions in every test that uses the database."""
    if not {"db", "transactional_db"} & set(request.fixturenames):
        yield
        return
    with guarded():
        yield


@pytest.fixture(autouse=True)
def _no_jobs_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Forget the jobs and workers of tests with real transactions; Django empties only its own tables after them."""
    yield
    if "transactional_db" in request.fixturenames or _is_transactional(request):
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(JOB_TABLES)} CASCADE")


def _is_transactional(request: pytest.FixtureRequest) -> bool:
    mark = request.node.get_closest_marker("django_db")
    return mark is not None and bool(mark.kwargs.get("transaction"))


@dataclass(frozen=True)
class House:
    """Two organisations with their people: Norrvik, where most things happen, and Sørfjord, which must see nothing."""

    norrvik: Organisation
    sorfjord: Organisation
    ann: Person
    ben: Person
    cleo: Person
    dag: Person
    eva: Person
    first_line: Team
    second_line: Team


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hash passwords at the lowest cost: Argon2 is slow on purpose."""
    with pytest.MonkeyPatch.context() as patch:
        for name, lowest in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
            patch.setattr(Argon2PasswordHasher, name, lowest)
        yield


def person(organisation: Organisation, name: str, *roles: str, language: str = "en") -> Person:
    """Make somebody with a mail address and a password."""
    address = f"{name.split(maxsplit=1)[0].lower()}@{organisation.mail_domains[0]}"
    made = Person(organisation=organisation, name=name, email=address, roles=list(roles), language=language)
    made.password = make_password(PASSWORD)
    made.save()
    made.contact_points.create(kind="email", value=address)
    return made


@pytest.fixture
def house(db: None) -> House:
    """Return the two organisations and the named people."""
    with guard.writing():
        norrvik = Organisation.objects.create(name="Norrvik kommun", language="sv", mail_domains=["norrvik.example"])
        sorfjord = Organisation.objects.create(name="Sørfjord AS", language="nb", mail_domains=["sorfjord.example"])
        made = House(
            norrvik=norrvik,
            sorfjord=sorfjord,
            ann=person(norrvik, "Ann Åkesson", ADMINISTRATOR),
            ben=person(norrvik, "Ben Öst", FIRST_LINE),
            cleo=person(norrvik, "Cleo Lind", SECOND_LINE),
            dag=person(norrvik, "Dag Berg", REQUESTER, language="sv"),
            eva=person(sorfjord, "Eva Sørli", FIRST_LINE, language="nb"),
            first_line=Team.objects.create(organisation=norrvik, name="Servicedesk", line=Team.Line.FIRST),
            second_line=Team.objects.create(organisation=norrvik, name="Drift", line=Team.Line.SECOND),
        )
        made.first_line.members.add(made.ben)
        made.second_line.members.add(made.cleo)
    return made


@pytest.fixture
def ann(house: House) -> Person:
    """Return the administrator."""
    return house.ann


@pytest.fixture
def ben(house: House) -> Person:
    """Return the first line."""
    return house.ben


@pytest.fixture
def cleo(house: House) -> Person:
    """Return the second line."""
    return house.cleo


@pytest.fixture
def dag(house: House) -> Person:
    """Return the requester."""
    return house.dag


@pytest.fixture
def eva(house: House) -> Person:
    """Return the first line of another organisation."""
    return house.eva
