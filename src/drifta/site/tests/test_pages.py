"""Pages of the site: the first set-up, Today, settings, roles, the event log, failed jobs, health, errors."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from drifta.channels.models import DeskAddress
from drifta.channels.settings import MailSettings
from drifta.desk import actions as desk
from drifta.desk.tests.factories import report
from drifta.kernel import clock, guard, sealing, settings
from drifta.kernel.actor import SYSTEM
from drifta.kernel.models import LoggedEvent, Setting
from drifta.monitoring.actions import local_probe
from drifta.monitoring.models import Check
from drifta.people.actions import create_token
from drifta.people.models import Organisation, Person
from drifta.site.health import measures
from drifta.site.pages import greeting, proposals
from drifta.site.supervisor import invitation
from drifta.site.web.traffic import BOUNDS, Kind, Traffic

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def client_of(person) -> Client:
    """Return a client that is signed in."""
    client = Client()
    with guard.writing():
        client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def link(db, tmp_path, monkeypatch) -> str:
    """Return the one-time link of a first start."""
    monkeypatch.setattr(django_settings, "DATA_DIR", tmp_path)
    return f"/setup/{invitation.issue(tmp_path)}"


FIRST = {
    "organisation": "Norrvik kommun",
    "language": "sv",
    "name": "Ann Åkesson",
    "email": "ann@norrvik.example",
    "password": "Fjorden-ligger-stilla-7",
}


def test_the_first_set_up_in_three_steps(client: Client, link: str) -> None:
    local_probe(SYSTEM)
    assert client.get(link).status_code == 200
    assert client.post(link, {**FIRST, "password": "short"}).status_code == 422
    assert Person.objects.count() == 0
    assert client.post(link, FIRST)["Location"] == "/setup/address/"
    ann = Person.objects.get()
    assert (ann.roles, ann.can_sign_in, ann.organisation.mail_domains) == (
        ["administrator"],
        True,
        ["norrvik.example"],
    )

    address = {
        "address": "Help@norrvik.example",
        "smtp_host": "mail.norrvik.example",
        "smtp_port": 25,
        "smtp_security": "none",
    }
    assert client.post("/setup/address/", {**address, "address": "x"}).status_code == 422
    assert client.post("/setup/address/", address)["Location"] == "/setup/watch/"
    assert DeskAddress.objects.get().address == "help@norrvik.example"
    assert settings.get(MailSettings).smtp_host == "mail.norrvik.example"

    watch = {
        "proposals": ["machine"],
        "web": "https://www.norrvik.example\nhttp://intra.norrvik.example",
        "hosts": "192.0.2.1",
    }
    assert client.post("/setup/watch/", watch)["Location"] == "/"
    assert sorted(Check.objects.values_list("kind", flat=True)) == ["host", "http", "http", "icmp", "tls"]
    assert client.get("/").status_code == 200


def test_the_link_works_once_and_cannot_be_guessed(client: Client, link: str) -> None:
    assert client.get("/setup/guess/").status_code == 410
    client.post(link, FIRST)
    other = Client()
    assert other.get(link).status_code == 410
    assert other.post(link, {**FIRST, "email": "evil@x.example"}).status_code == 410
    assert Person.objects.count() == 1


def test_who_opens_the_link_at_the_same_moment_is_refused(client: Client, link: str, house) -> None:
    answer = client.post(link, {**FIRST, "email": "second@x.example"})
    assert answer.status_code == 422
    assert "set Drifta up already" in answer.content.decode()
    assert not Person.objects.filter(email="second@x.example").exists()


def test_all_but_the_first_step_can_be_skipped_and_needs_an_administrator(client: Client, link: str, house) -> None:
    for path in ("/setup/address/", "/setup/watch/"):
        assert client.get(path)["Location"].startswith("/account/login/")
        assert client_of(house.ben).get(path).status_code == 403
        assert "Skip" in client_of(house.ann).get(path).content.decode()


def test_what_is_proposed(tmp_path) -> None:
    routes = tmp_path / "route"
    routes.write_text("Iface\tDestination\tGateway\tFlags\neth0\t00000000\t0102A8C0\t0003\n")
    assert proposals.default_gateway(routes) == "192.168.2.1"
    assert proposals.default_gateway(tmp_path / "missing") is None
    assert [one.kind for one in proposals.of_web("shop.example")] == ["http", "tls"]


@pytest.mark.parametrize(
    ("hour", "words"),
    [(3, "Good evening, Ann"), (8, "Good morning, Ann"), (12, "Hello, Ann"), (19, "Good evening, Ann")],
)
def test_the_greeting_knows_the_time_of_the_day(hour: int, words: str) -> None:
    assert greeting.words("Ann Åkesson", clock.now().replace(hour=hour)) == words


def test_today_is_for_agents_and_requesters_get_their_portal(house, client: Client) -> None:
    assert client_of(house.ben).get("/").status_code == 200
    assert client_of(house.dag).get("/")["Location"] == "/portal/"
    assert client.get("/")["Location"] == "/account/login/?next=%2F"


def test_a_section_is_changed_and_its_secret_never_shown(house) -> None:
    ann = client_of(house.ann)
    path = "/settings/section/channels.mail/"
    page = ann.get(path)
    values = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    values = {name: value for name, value in values.items() if value not in (None, False)}
    values |= {"smtp_host": "mail.x.example", "smtp_secret": "very-secret-77", "treat_as_human": ""}
    answer = ann.post(path, values)
    assert answer.status_code == 302, answer.context["form"].errors
    assert settings.get(MailSettings).smtp_secret.get_secret_value() == "very-secret-77"
    assert "very-secret-77" not in ann.get(path).content.decode()
    assert "very-secret-77" not in json.dumps(Setting.objects.get(pk="channels.mail").value)
    assert ann.post(path, {**values, "smtp_secret": ""}).status_code == 302
    assert settings.get(MailSettings).smtp_secret.get_secret_value() == "very-secret-77"
    assert ann.post(path, {**values, "smtp_port": "99999"}).status_code == 422
    assert client_of(house.ben).get(path).status_code == 403


def test_the_event_log_is_told_in_words_filtered_and_kept_apart(house) -> None:
    from drifta.people import actions as people  # noqa: PLC0415

    people.edit(house.ben.actor, house.dag, title="Rektor")
    ann = client_of(house.ann)
    page = ann.get(f"/events/?subject=people.person:{house.dag.pk}").content.decode()
    assert "changed title of" in page
    assert "people.person:" in page
    assert "Dag Berg</span>" in page
    assert "changed … of …" in page
    assert ann.get("/events/?columns=name,actor_kind").status_code == 200
    assert f'href="/people/{house.dag.pk}/"' in page
    assert "Rektor" not in ann.get("/events/?name=people.signed_in").content.decode()
    with guard.writing():
        house.eva.roles = ["administrator"]
        house.eva.save()
    assert "Dag Berg" not in client_of(house.eva).get("/events/").content.decode()
    assert client_of(house.ben).get("/events/").status_code == 403
    assert b"changed title" in b"".join(ann.get("/events/?format=csv").streaming_content)


def test_the_event_log_names_what_an_event_mentions(house) -> None:
    first, second = report(house.dag, "Skrivaren"), report(house.dag, "Projektorn")
    desk.link(house.ben.actor, first, target=second.subject_key)
    page = client_of(house.ann).get("/events/?name=desk.ticket_linked").content.decode()
    assert f"linked the ticket with #{second.pk} Projektorn" in page


def test_the_event_log_says_which_settings_were_changed(house) -> None:
    settings.change(house.ann.actor, section="channels.mail", values={"smtp_host": "post.example"})
    page = client_of(house.ann).get("/events/?name=kernel.settings_changed").content.decode()
    assert "changed the settings “Mail”: Mail server" in page


def test_the_list_of_events_takes_the_same_queries_however_long(house, django_assert_max_num_queries) -> None:
    from drifta.people import actions as people  # noqa: PLC0415

    for number in range(40):
        people.edit(house.ben.actor, house.dag, title=f"T{number}")
    ann = client_of(house.ann)
    with django_assert_max_num_queries(20):
        ann.get("/events/")


def test_a_changed_event_shows_when_the_chain_is_verified(house) -> None:
    ann = client_of(house.ann)
    with guard.writing():
        event = LoggedEvent.objects.create(name="people.signed_in", subject="x:1", actor_kind="person", actor_name="A")
    sealing._seal_stretch(event.pk)
    assert ann.post("/events/verify/")["Location"].endswith("verdict=whole")
    with connection.cursor() as cursor, guard.writing():
        cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_event SET actor_name = 'B' WHERE id = %s", [event.pk])
    assert not ann.post("/events/verify/")["Location"].endswith("verdict=whole")


def test_failed_jobs_are_shown_run_again_and_discarded(house) -> None:
    with connection.cursor() as cursor:
        numbers = []
        for _number in range(2):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
                " VALUES ('default', 'kernel.prune_jobs', '{}', 'failed', 8) RETURNING id"
            )
            numbers.append(cursor.fetchone()[0])
    ann = client_of(house.ann)
    assert ann.get("/settings/jobs/").content.decode().count("kernel.prune_jobs") >= 2
    assert client_of(house.ben).post(f"/settings/jobs/{numbers[0]}/again/").status_code == 403
    assert ann.post(f"/settings/jobs/{numbers[0]}/again/").status_code == 302
    assert ann.post(f"/settings/jobs/{numbers[0]}/discard/").status_code == 422
    assert ann.post(f"/settings/jobs/{numbers[1]}/discard/").status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status::text FROM procrastinate_jobs WHERE id = ANY(%s)", [numbers])
        assert cursor.fetchall() == [(numbers[0], "todo")]
    assert LoggedEvent.objects.filter(name__startswith="site.job_").count() == 2


@pytest.mark.parametrize("path", ["/settings/", "/settings/roles/", "/settings/about/", "/settings/jobs/"])
def test_settings_are_for_administrators(house, path: str) -> None:
    assert client_of(house.ann).get(path).status_code == 200
    assert client_of(house.cleo).get(path).status_code == 403


def test_health_says_what_is_missing(client: Client, db) -> None:
    assert client.get("/healthz").content == b"ok\n"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == "ok"
    assert "no worker runs" in answer.json()["parts"]["worker"]
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")
    assert client.get("/readyz").json()["ready"] is True


def test_measures_are_for_this_machine_and_administrators(house, client: Client) -> None:
    text = client.get("/metrics").content.decode()
    assert 'drifta_info{version="' in text
    for sample in (
        'drifta_jobs{state="failed"}',
        'drifta_checks{state="bad"}',
        'drifta_outgoing_mail{state="waiting"}',
    ):
        assert f"{sample} 0.0" in text
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.9").status_code in (302, 403)
    assert client_of(house.ann).get("/metrics", REMOTE_ADDR="192.0.2.9").status_code == 200
    _row, token = create_token(house.ann.actor, house.ann, name="prometheus", scopes=["jobs.manage"])
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.9", headers=bearer).status_code == 200
    assert measures._escaped('a"b\\c\nd') == 'a\\"b\\\\c\\nd'


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Return the values of an exposition by name and labels, as Prometheus' own parser reads it."""
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families)
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_are_counted_by_view_method_and_status(house, client: Client) -> None:
    def read() -> dict[tuple[str, ...], float]:
        return samples(client.get("/metrics").content.decode())

    kind = ("method=GET", "status=2xx", "view=site:today")
    ann, before = client_of(house.ann), read()
    for path in ("/", "/", "/no/such/page"):
        ann.get(path)
    ann.generic("INVENTED", "/")
    after = read()

    def more(name: str, *labels: str) -> float:
        return after.get((name, *labels), 0) - before.get((name, *labels), 0)

    assert more("drifta_http_requests_total", *kind) == 2
    assert more("drifta_http_requests_total", "method=GET", "status=4xx", "view=none") == 1
    assert sum(value for key, value in after.items() if "method=other" in key and key[0].endswith("_total")) >= 1
    durations = "drifta_http_request_duration_seconds"
    assert more(f"{durations}_count", *kind) == more(f"{durations}_bucket", "le=+Inf", *kind) == 2
    assert 0 < more(f"{durations}_sum", *kind) < 60
    rising = [after[f"{durations}_bucket", f"le={bound}", *kind] for bound in BOUNDS]
    assert rising == sorted(rising)


def test_no_request_is_lost_between_threads() -> None:
    counting, kind = Traffic(), Kind("GET", "site:today", "2xx")
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            for _ in range(8):
                threads.submit(lambda: [counting.count(kind, 0.3) for _ in range(5000)])
    finally:
        sys.setswitchinterval(before)
    ((_kind, tally),) = counting.read()
    assert sum(tally.classes) == tally.classes[BOUNDS.index(0.5)] == 40000
    assert tally.seconds == pytest.approx(12000)


def test_who_has_nothing_to_confirm_with_is_told_what_to_do(house) -> None:
    with guard.writing():
        house.dag.set_unusable_password()
        house.dag.save()
    client = client_of(house.dag)
    answer = client.get("/account/reauthenticate/")
    assert answer.status_code == 403
    assert "Reauthentication" not in answer.content.decode()


@pytest.mark.parametrize(("address", "status"), [("/no/such/page/", 404), ("/settings/", 403)])
def test_who_works_with_drifta_goes_on_from_an_error(house, address: str, status: int) -> None:
    within, alone = (client_of(person).get(address) for person in (house.ben, house.dag))
    assert (within.status_code, alone.status_code) == (status, status)
    assert 'class="side"' in within.content.decode()
    assert 'class="side"' not in alone.content.decode()
    assert "Ctrl K" not in alone.content.decode()


def test_errors_are_pages_for_people_and_problems_for_programs(house, client: Client) -> None:
    page = client.get("/no/such/page/")
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    problem = client.get("/api/v1/no-such-thing")
    assert (problem.status_code, problem["Content-Type"]) == (404, "application/problem+json")
    ben = client_of(house.ben)
    fragment = ben.get("/settings/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Reswap"]) == (403, "none")
    strict = Client(enforce_csrf_checks=True)
    assert "open for too long" in strict.post("/account/login/", {"login": "a@b.c", "password": "x"}).content.decode()


def test_pages_speak_the_persons_language(house) -> None:
    assert Organisation.objects.count() == 2
    with guard.writing():
        house.ben.language = "sv"
        house.ben.save()
    answer = client_of(house.ben).get("/people/")
    assert answer["Content-Language"] == "sv"
    assert '<html lang="sv"' in answer.content.decode()
