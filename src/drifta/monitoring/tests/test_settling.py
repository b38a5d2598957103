"""One ticket for each cause, whatever fails first; recovery is noted; untouched tickets resolve themselves."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import formats, timezone

from drifta.desk import actions as desk
from drifta.desk.models import Ticket
from drifta.desk.timeline import timeline
from drifta.kernel import clock
from drifta.kernel.actor import SYSTEM
from drifta.kernel.testing import run_jobs
from drifta.monitoring import actions
from drifta.monitoring.models import Alert, Check, CheckState, Probe, State
from drifta.monitoring.tests import factories
from drifta.monitoring.tests.factories import Sent
from drifta.monitoring.tests.test_receiving import REFUSED, deliver

pytestmark = pytest.mark.django_db


class House:
    """A web server with four checks, seen by one probe."""

    def __init__(self) -> None:
        self.probe, _ = factories.probe()
        make = factories.check
        self.checks = {
            "host": make(self.probe, "host", "icmp", settings={"host": "192.0.2.7"}),
            "port": make(self.probe, "port", "tcp", settings={"host": "192.0.2.7", "port": 443}),
            "page": make(self.probe, "page", "http", settings={"url": "https://192.0.2.7/"}),
            "mail": make(self.probe, "mail", "tcp", settings={"host": "192.0.2.7", "port": 25}),
        }
        self.sequence = 0
        self.send(**dict.fromkeys(self.checks, 0))

    def add(self, name: str, kind: str, address: str, *needs: str) -> None:
        """Watch something else that depends on other checks."""
        settings = {"host": address} | ({"port": 80} if kind == "tcp" else {})
        parents = [self.checks[need].pk for need in needs]
        self.checks[name] = factories.check(self.probe, name, kind, settings=settings, depends_on=parents)
        self.send(**{name: 0})

    def send(self, **states: int) -> None:
        """Deliver a batch, and let the worker do what follows."""
        self.sequence += 1
        sent = Sent(self.sequence)
        for name, state in states.items():
            check = self.checks[name]
            check.refresh_from_db()
            more = {"text": REFUSED} if state else {}
            sent.run(check.pk, state, **more, **({"token": check.run_token} if check.run_token else {}))
        deliver(self.probe, sent)
        run_jobs()

    def soft(self, name: str) -> None:
        """Deliver a bad result that does not count yet."""
        self.sequence += 1
        deliver(self.probe, Sent(self.sequence).run(self.checks[name].pk, 2, hard=False, text=REFUSED))
        run_jobs()

    def alert(self, name: str) -> Alert:
        """Return the check's newest alert."""
        return Alert.objects.filter(check_row=self.checks[name]).latest("pk")


@pytest.mark.parametrize("order", list(permutations(["host", "port", "page", "mail"]))[::3])
def test_one_ticket_in_whatever_order_things_fail(order: tuple[str, ...]) -> None:
    house = House()
    for name in order:
        house.send(**{name: 2})
    assert Ticket.objects.count() == 1
    assert house.alert("host").cause is None
    for name in ("port", "page", "mail"):
        assert house.alert(name).cause == house.alert("host")
    assert set(Alert.objects.values_list("ticket_id", flat=True)) == {Ticket.objects.get().pk}


def test_a_service_alone_has_a_ticket_once_the_host_has_answered() -> None:
    house = House()
    house.send(page=2)
    assert not Ticket.objects.exists()
    assert Check.objects.get(pk=house.checks["host"].pk).run_token
    house.send(host=0)
    ticket = Ticket.objects.get()
    assert "192.0.2.7" in ticket.subject
    assert ticket.channel == "monitoring"


def test_it_waits_for_a_host_that_is_about_to_fail() -> None:
    house = House()
    house.soft("host")
    house.send(port=2, mail=2)
    assert not Ticket.objects.exists()
    house.send(host=2)
    assert Ticket.objects.count() == 1
    assert house.alert("mail").cause == house.alert("host")


def test_patience_ends() -> None:
    house = House()
    house.send(page=2)
    with clock.travel(timedelta(minutes=2)):
        actions.settle(SYSTEM, number=house.alert("page").pk)
    assert Ticket.objects.count() == 1


def test_the_closed_port_and_the_page_behind_it_are_one_ticket() -> None:
    house = House()
    house.send(page=2, host=0)
    house.send(host=0)
    house.send(port=2)
    house.send(host=0)
    assert Ticket.objects.count() == 1
    assert house.alert("page").cause == house.alert("port")
    notes = Ticket.objects.get().messages.filter(direction="internal")
    assert notes.count() == 1


def test_an_untouched_ticket_resolves_itself_when_everything_has_recovered() -> None:
    house = House()
    house.send(host=2, port=2)
    ticket = Ticket.objects.get()
    house.send(host=0)
    ticket.refresh_from_db()
    assert ticket.is_open
    house.send(port=0)
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.RESOLVED
    run_jobs()
    assert ticket.messages.filter(automatic="alert").count() == Ticket.objects.get().messages.count()


def test_the_ticket_tells_since_when_and_for_how_long() -> None:
    house = House()
    house.send(host=2)
    began_at = timezone.localtime(house.alert("host").began_at)
    since = formats.date_format(began_at, "SHORT_DATETIME_FORMAT")
    assert Ticket.objects.get().messages.get().text.endswith(f"\nSince {since}")
    Alert.objects.update(began_at=clock.now() + timedelta(hours=1))
    house.send(host=0)
    assert Ticket.objects.get().resolution.endswith("after less than a second.")


def test_a_ticket_that_somebody_works_on_is_annotated_only() -> None:
    house = House()
    house.send(host=2)
    ticket = Ticket.objects.get()
    ben = factories.person("Ben", "first_line")
    desk.take(ben.actor, ticket)
    house.send(host=0)
    ticket.refresh_from_db()
    assert ticket.is_open
    assert ticket.messages.filter(text__contains="Recovered").count() == 1


def test_failing_again_goes_on_in_the_ticket_that_is_still_open() -> None:
    house = House()
    house.send(host=2)
    desk.take(factories.person("Ben", "first_line").actor, Ticket.objects.get())
    house.send(host=0)
    house.send(host=2)
    assert Ticket.objects.count() == 1
    assert Alert.objects.filter(ticket_id=Ticket.objects.get().pk).count() == 2


def test_settling_twice_changes_nothing() -> None:
    house = House()
    house.send(host=2, port=2, page=2)
    before = list(Alert.objects.order_by("pk").values())
    messages = Ticket.objects.get().messages.count()
    for alert in Alert.objects.all():
        actions.settle(SYSTEM, number=alert.pk)
    assert list(Alert.objects.order_by("pk").values()) == before
    assert Ticket.objects.get().messages.count() == messages


def test_a_named_dependency_counts() -> None:
    house = House()
    other = factories.check(house.probe, "app", settings={"host": "198.51.100.1", "port": 80})
    house.checks["app"] = other
    other.refresh_from_db()
    actions.edit_check(SYSTEM, other, depends_on=[house.checks["mail"].pk])
    house.send(app=0)
    house.send(app=2)
    house.send(mail=2, host=0)
    house.send(host=0)
    assert house.alert("app").cause == house.alert("mail")
    assert Ticket.objects.count() == 1


def test_what_depends_on_the_same_thing_waits_for_it() -> None:
    house = House()
    house.add("app", "tcp", "198.51.100.1", "mail")
    house.add("shop", "tcp", "198.51.100.2", "mail")
    house.send(app=2)
    house.send(shop=2)
    assert not Ticket.objects.exists()
    house.send(mail=2, host=0)
    house.send(host=0)
    assert Ticket.objects.count() == 1
    assert house.alert("app").cause == house.alert("shop").cause == house.alert("mail")


def test_what_depends_on_something_that_is_well_has_a_ticket_of_its_own() -> None:
    house = House()
    house.add("app", "tcp", "198.51.100.1", "mail")
    house.send(app=2)
    house.send(mail=0)
    assert house.alert("app").ticket_id == Ticket.objects.get().pk


def test_a_symptom_of_a_symptom_is_one_of_the_cause() -> None:
    house = House()
    house.add("router", "icmp", "198.51.100.1")
    actions.edit_check(SYSTEM, Check.objects.get(pk=house.checks["host"].pk), depends_on=[house.checks["router"].pk])
    house.send(port=2)
    house.send(host=2)
    assert house.alert("port").cause == house.alert("host")
    house.send(router=2)
    ticket = Ticket.objects.get()
    for name in ("host", "port"):
        assert house.alert(name).cause == house.alert("router")
        assert house.alert(name).ticket_id == ticket.pk
    house.send(router=0, host=0)
    ticket.refresh_from_db()
    assert ticket.is_open, "the port is still closed"
    house.send(port=0)
    ticket.refresh_from_db()
    assert not ticket.is_open


def test_the_story_of_a_ticket_has_no_numbers_of_alerts() -> None:
    house = House()
    house.send(host=2, port=2)
    ben = factories.person("Ben", "first_line")
    entries = timeline(ben.actor, Ticket.objects.get()).entries
    assert entries[0].message is not None
    assert [entry.line for entry in entries if "alert" in entry.line] == []


def test_a_silent_probe_is_one_alert_and_its_checks_are_unknown() -> None:
    house = House()
    with clock.travel(timedelta(minutes=5)):
        assert actions.find_silent_probes(SYSTEM) == [house.probe.pk]
        assert actions.find_silent_probes(SYSTEM) == []
    assert set(CheckState.objects.values_list("hard_state", flat=True)) == {State.UNKNOWN}
    alert = Alert.objects.get()
    assert alert.source == Alert.Source.PROBE
    actions.settle(SYSTEM, number=alert.pk)
    assert Ticket.objects.count() == 1
    house.send(host=0, port=0, page=0, mail=0)
    assert Probe.objects.get().silent_since is None
    assert Ticket.objects.get().state == Ticket.State.RESOLVED
    assert set(CheckState.objects.values_list("hard_state", flat=True)) == {State.GOOD}
