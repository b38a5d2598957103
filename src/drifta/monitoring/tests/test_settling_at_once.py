"""Alerts that are settled at the same moment, over several connections: still one ticket for each cause."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction

from drifta.desk.models import Ticket
from drifta.kernel.actor import SYSTEM
from drifta.monitoring import actions
from drifta.monitoring.models import Alert, Check, Probe
from drifta.monitoring.tests import factories
from drifta.monitoring.tests.factories import Sent
from drifta.monitoring.tests.test_receiving import REFUSED, deliver

pytestmark = pytest.mark.django_db(transaction=True)

PLACE = {"host": "192.0.2.7", "port": 443}


@pytest.fixture(autouse=True)
def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE monitoring_sample")


class Apart(threading.Thread):
    """Work in a thread with a database connection of its own; its error is raised by ``finish``."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.work, self.error = work, None
        self.process = 0
        self.start()

    def run(self) -> None:
        """Do the work."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.process = cursor.fetchone()[0]
            self.work()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def wait_until_held_up(self) -> None:
        """Wait until the work is done, or stands still because somebody else holds a lock."""
        end = time.monotonic() + 20
        while self.is_alive() and not self._is_held_up():
            assert time.monotonic() < end
            time.sleep(0.01)

    def _is_held_up(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.process])
            return bool(cursor.fetchone()[0])

    def finish(self) -> None:
        """Wait for the end."""
        self.join(20)
        assert not self.is_alive()
        if self.error is not None:
            raise self.error


def failing(probe: Probe, name: str, kind: str, settings: dict[str, object]) -> Check:
    """Return a check that has just failed for certain."""
    made = factories.check(probe, name, kind, settings=settings)
    deliver(probe, Sent(1).run(made.pk, 2, text=REFUSED))
    return made


def alert_of(check: Check) -> Alert:
    return Alert.objects.get(check_row=check)


def test_a_cause_that_appears_while_its_symptom_gets_a_ticket_shares_that_ticket() -> None:
    near, far = factories.probe()[0], factories.probe()[0]
    page = failing(near, "page", "http", {"url": "https://192.0.2.7/"})
    with transaction.atomic():
        actions.settle(SYSTEM, number=alert_of(page).pk)
        assert Ticket.objects.count() == 1

        def port_fails() -> None:
            actions.settle(SYSTEM, number=alert_of(failing(far, "port", "tcp", PLACE)).pk)

        other = Apart(port_fails)
        other.wait_until_held_up()
    other.finish()
    assert Ticket.objects.count() == 1
    port = Alert.objects.get(title="port")
    assert alert_of(page).cause == port
    assert port.ticket_id == alert_of(page).ticket_id == Ticket.objects.get().pk


def test_a_symptom_that_appears_while_its_cause_gets_a_ticket_is_linked_to_that_ticket() -> None:
    near, far = factories.probe()[0], factories.probe()[0]
    port = failing(near, "port", "tcp", PLACE)
    with transaction.atomic():
        actions.settle(SYSTEM, number=alert_of(port).pk)

        def page_fails() -> None:
            page = failing(far, "page", "http", {"url": "https://192.0.2.7/"})
            actions.settle(SYSTEM, number=alert_of(page).pk)

        other = Apart(page_fails)
        other.wait_until_held_up()
    other.finish()
    assert set(Alert.objects.values_list("ticket_id", flat=True)) == {Ticket.objects.get().pk}


def test_one_alert_settled_twice_at_once_gets_one_ticket() -> None:
    probe, _ = factories.probe()
    alert = alert_of(failing(probe, "port", "tcp", PLACE))
    with transaction.atomic():
        actions.settle(SYSTEM, number=alert.pk)
        other = Apart(lambda: actions.settle(SYSTEM, number=alert.pk))
        other.wait_until_held_up()
    other.finish()
    assert Ticket.objects.count() == 1
