"""``kill -9`` in the middle of work: nothing is lost, nothing is doubled, and everything starts again by itself."""

import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from functools import partial

import pytest

from tests.running import drifta, until
from tests.walk.clients import Crowd, mail_until_accepted, post_until_answered
from tests.walk.post import PostOffice, letter, post_office
from tests.walk.processes import House
from tests.walk.visitor import PASSWORD

pytestmark = pytest.mark.slow

DESK = "hjalp@norrvik.example"
CLIENTS = 4
#: Seconds from a worker's end until its jobs run again.
TAKEN_OVER = 20


@pytest.fixture(scope="module")
def post() -> Iterator[PostOffice]:
    """Return a mail server that keeps what it is given."""
    with post_office() as office:
        yield office


@pytest.fixture(scope="module")
def house(post: PostOffice) -> Iterator[House]:
    """Return a Drifta that is set up and sends its mail to the post office."""
    with drifta() as running:
        made = House(running)
        made.set_up(PASSWORD, DESK, post.port)
        yield made


def letters(series: str, number: int) -> list[EmailMessage]:
    """Return mails of different people, each with a subject of its own."""
    return [
        letter(
            f"Person {index} <{series}{index}@norrvik.example>",
            f"{series} {index:04}",
            f"Nummer {index} på plan 2.",
            DESK,
        )
        for index in range(number)
    ]


def send(house: House, mails: list[EmailMessage]) -> Crowd:
    """Let several clients hand the mails over at the same time."""
    port = house.running.smtp_port
    parts = [mails[start::CLIENTS] for start in range(CLIENTS)]
    return Crowd([partial(mail_until_accepted, port, part) for part in parts])


def tickets(house: House, series: str) -> Counter[str]:
    """Return how many tickets there are by subject, of one series."""
    return Counter(
        subject for (subject,) in house.ask("SELECT subject FROM desk_ticket WHERE subject LIKE %s", f"{series} %")
    )


def has_tickets(house: House, series: str, number: int) -> bool:
    """Whether so many tickets of a series are there."""
    return len(tickets(house, series)) >= number


def has_mails(house: House, number: int) -> bool:
    """Whether so many mails have been stored."""
    return house.count("channels_rawmail") >= number


def assert_each_once(house: House, series: str, number: int, seconds: float = 300) -> None:
    """Wait until the series has become tickets, each once, each with one message, and nothing is left over."""
    until(lambda: len(tickets(house, series)) >= number, seconds, f"{number} tickets of {series}")
    until(lambda: house.count("channels_rawmail", "state = 'received'") == 0, seconds, "an empty intake")
    found = tickets(house, series)
    assert len(found) == number
    assert set(found.values()) == {1}
    messages = house.ask(
        "SELECT count(*) FROM desk_message m JOIN desk_ticket t ON t.id = m.ticket_id WHERE t.subject LIKE %s",
        f"{series} %",
    )
    assert messages == [(number,)]
    assert house.count("channels_rawmail", "state = 'unprocessed'") == 0


def assert_answered_once(
    house: House, post: PostOffice, series: str, number: int, kills: int, seconds: float = 300
) -> None:
    """Wait for one confirmation to each; a kill between sending and noting repeats one mail, same Message-ID."""
    addresses = [f"{series}{index}@norrvik.example" for index in range(number)]
    until(lambda: all(post.to(address) for address in addresses), seconds, f"a confirmation to each of {series}")
    until(lambda: house.count("channels_outgoingmail", "state = 'waiting'") == 0, seconds, "an empty outbox")
    sent = [str(mail["Message-ID"]) for address in addresses for mail in post.to(address)]
    assert len(set(sent)) == number
    assert len(sent) <= number + kills
    assert house.count("channels_outgoingmail", f"address LIKE '{series}%'") == number


def test_intake_is_killed_while_it_receives(house: House) -> None:
    before = house.count("channels_rawmail")
    crowd = send(house, letters("intake", 200))
    for share in (40, 120):
        until(partial(has_mails, house, before + share), 60, "mail coming in")
        house.kill("intake")
        house.wait_for_restart("intake")
    crowd.wait()
    assert_each_once(house, "intake", 200)


def kill_at_work(house: House) -> None:
    """Kill the worker while it has jobs in hand; another takes them over in time."""
    until(lambda: house.count("procrastinate_jobs", "status = 'doing'"), 60, "a job in hand")
    ((worker,),) = house.ask("SELECT max(id) FROM procrastinate_workers")
    house.kill("worker")
    held = f"status = 'doing' AND worker_id = {worker}"
    house.wait_for_restart("worker")
    until(lambda: not house.count("procrastinate_jobs", held), TAKEN_OVER, "the taking over of the dead worker's jobs")


def test_worker_is_killed_while_it_processes_and_delivers(house: House, post: PostOffice) -> None:
    send(house, letters("worker", 200)).wait()
    for share in (20, 120):
        until(partial(has_tickets, house, "worker", share), 90, "tickets being made")
        house.kill("worker")
        house.wait_for_restart("worker")
    until(
        lambda: len([one for one in list(post.received) if one.rcpt_to[0].startswith("worker")]) > 5,
        90,
        "mail going out",
    )
    kill_at_work(house)
    assert_each_once(house, "worker", 200)
    assert_answered_once(house, post, "worker", 200, kills=3)


def test_web_is_killed_while_it_answers(house: House) -> None:
    token = house.running.command("token", "create", "ann@norrvik.example").stdout.strip()
    port = int(house.running.url.rpartition(":")[2])
    answers: list[int] = []

    def report(start: int) -> None:
        for index in range(start, 120, CLIENTS):
            values = {"subject": f"web {index:04}", "text": "Trasig"}
            answers.append(post_until_answered(port, "/api/v1/tickets", token, f"key-{index}", values))

    crowd = Crowd([partial(report, start) for start in range(CLIENTS)])
    for share in (20, 70):
        until(partial(has_tickets, house, "web", share), 60, "tickets being made")
        house.kill("web")
        house.wait_for_restart("web")
    crowd.wait()
    assert answers == [201] * 120
    found = tickets(house, "web")
    assert len(found) == 120
    assert set(found.values()) == {1}


def test_a_thousand_mails_at_once(house: House) -> None:
    send(house, letters("many", 1000)).wait()
    assert_each_once(house, "many", 1000)


#: Makes a check of each of the ports.
MAKE_CHECKS = """
    import sys
    import django
    django.setup()
    from drifta.kernel.actor import SYSTEM
    from drifta.monitoring import actions
    from drifta.people import queries
    home = queries.first_organisation()
    for port in sys.argv[1:]:
        actions.create_check(SYSTEM, organisation_id=home.pk, name=f"port {port}", kind="tcp", interval=1,
                             timeout=0.9, retry_interval=1, settings={"host": "127.0.0.1", "port": int(port)})
"""
#: Prints the times (ms) of all stored runs of these checks, by port.
READ_RUNS = """
    import json
    import time
    import django
    django.setup()
    from drifta.monitoring.models import Check, Series
    from drifta.monitoring.store import samples
    checks = Check.objects.filter(name__startswith="port ").values_list("pk", "name")
    ports = {number: name.split()[1] for number, name in checks}
    rows = dict(Series.objects.filter(check_id__in=ports, metric="state").values_list("pk", "check_id"))
    found = samples.read(list(rows), 0, int(time.time()) + 3600)
    print(json.dumps({ports[rows[number]]: one.times.tolist() for number, one in found.items()}))
"""
CHECKS = 40
#: Milliseconds that a connection is accepted at most after its run has begun.
LAG = 100
#: Runs of each check that the probe may have in hand when it is killed: those of its last second.
IN_HAND = 3


class Ports:
    """Ports that somebody listens on, with the moments (ms) at which each was connected to, and from which port."""

    def __init__(self, number: int) -> None:
        self.listeners = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in range(number)]
        self.accepted: dict[int, list[tuple[float, int]]] = {one.getsockname()[1]: [] for one in self.listeners}
        for listener in self.listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        accepted = self.accepted[listener.getsockname()[1]]
        with suppress(OSError):
            while True:
                connection, (_host, port) = listener.accept()
                accepted.append((time.time() * 1000, port))
                connection.close()

    def made(self) -> int:
        """How many connections there have been."""
        return sum(map(len, self.accepted.values()))

    def moments(self, port: int) -> list[float]:
        """When a port was connected to, in order."""
        return sorted(moment for moment, _from in self.accepted[port])

    def settle(self) -> None:
        """Wait until every connection that was made before this moment is counted: each port accepts in order."""
        for port, accepted in self.accepted.items():
            with socket.create_connection(("127.0.0.1", port)) as mark:
                own = mark.getsockname()[1]
                until(lambda own=own, accepted=accepted: any(one == own for _at, one in accepted), 60, "a connection")
            accepted.remove(next(one for one in accepted if one[1] == own))


@contextmanager
def counting_ports(number: int) -> Iterator[Ports]:
    """Listen on so many ports until the block ends."""
    ports = Ports(number)
    try:
        yield ports
    finally:
        for listener in ports.listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def runs(house: House) -> dict[int, list[int]]:
    """Return the times (ms) of the stored runs, by port."""
    return {int(port): times for port, times in json.loads(house.run(READ_RUNS)).items()}


def test_probe_and_web_are_killed_while_results_are_delivered(house: House) -> None:
    with counting_ports(CHECKS) as ports:
        house.run(MAKE_CHECKS, *map(str, ports.accepted))
        until(lambda: ports.made() >= 5 * CHECKS, 60, "checks being run")
        house.kill("web")
        before = ports.made()
        house.wait_for_restart("web")
        until(lambda: ports.made() >= before + 4 * CHECKS, 60, "checks being run without a server")
        killed = time.time() * 1000
        house.kill("probe")
        house.wait_for_restart("probe")
        ports.settle()
        again = time.time() * 1000
        until(lambda: len(goes_on(house, again)) == CHECKS, 120, "results of all checks after the kills")
        found = runs(house)
        ports.settle()
    assert all(len(times) <= len(ports.moments(port)) for port, times in found.items()), "a run is stored twice"
    assert all(len(set(times)) == len(times) for times in found.values()), "a run is stored twice"
    # The server's absence costs nothing, the probe's own end what it ran in its last second; a few runs are counted
    # in another second than they were stored in, because a busy machine is late.
    assert sum(len(lost(ports.moments(port), times, killed, again)) for port, times in found.items()) <= CHECKS // 10


def lost(made: list[float], stored: list[int], killed: float, again: float) -> list[float]:
    """Return the runs that were made before the probe was killed, or once it ran again, and are not stored.

    Runs are stored by the second that is nearest, and the runs of one second are stored once.
    """
    before = [moment for moment in made if moment < killed][:-IN_HAND]
    after = [moment for moment in made if again < moment < max(stored)]
    seconds = set(stored)
    return [one for one in before + after if not {round(one, -3), round(one - LAG, -3)} & seconds]


def goes_on(house: House, since: float) -> list[int]:
    """Return the ports of which runs after ``since`` (ms) are stored."""
    return [port for port, times in runs(house).items() if len([one for one in times if one > since]) >= 3]
