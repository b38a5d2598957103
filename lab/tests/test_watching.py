"""A Drifta in the office: it watches what is there, tells of faults once, and takes the people's mail.

This is the whole chain with real servers at both ends: probe, alert, ticket, recovery.
"""

from __future__ import annotations

import datetime
import email.message
import imaplib
import smtplib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from lab import namespaces, watching
from lab.building import Premises
from lab.entering import Client, Row, enter
from lab.faults import catalogue
from lab.fixtures import built
from lab.office import OFFICE
from lab.people import DOMAIN, PASSWORD, PEOPLE
from lab.processes import until
from lab.state import Lab
from lab.watching import DESK, HOST, Pace

pytestmark = pytest.mark.slow

PACE = Pace(interval=6, timeout=5, retries=2, retry_interval=1)
#: Seconds within which an alert must have begun after a fault.
SOON = PACE.interval * PACE.retries + 2
#: Seconds that are waited for what follows, on a machine that has other things to do.
PATIENCE = 180


def eventually(condition: Callable[[], object], what: str) -> None:
    """Wait for something in Drifta, which answers ten times a second at most (RFC 6585) to one token."""
    until(condition, PATIENCE, what, pause=0.5)


@dataclass(frozen=True)
class Watched:
    """A part of the office, and a client of the Drifta in it."""

    premises: Premises
    drifta: Client

    def checks(self, *states: str) -> list[str]:
        """Names of the checks in one of these states."""
        return sorted(row["name"] for row in self.drifta.every("/checks") if row["state"] in states)

    def alerts(self) -> list[Row]:
        """Alerts that are open."""
        return self.drifta.every("/alerts?open=true")

    def tickets(self, *known: int) -> list[Row]:
        """Tickets but those with a number in ``known``."""
        return [row for row in self.drifta.every("/tickets") if row["id"] not in known]

    def wait_for_calm(self) -> list[int]:
        """Wait until every check is good and no alert is open; returns the numbers of all tickets so far."""
        eventually(lambda: not self.alerts() and not self.checks("pending", "warning", "bad", "unknown"), "calm")
        return [row["id"] for row in self.tickets()]

    def wait_for_alerts(self, *names: str) -> int:
        """Wait until exactly these checks have open alerts, all in one ticket; returns its number."""
        eventually(lambda: self.all_in_one(names), f"one ticket for {names}: {self.told()}")
        return int(self.alerts()[0]["ticket_id"])

    def all_in_one(self, names: tuple[str, ...]) -> bool:
        """Whether exactly these checks have open alerts, and share a ticket."""
        alerts = self.alerts()
        tickets = {alert["ticket_id"] for alert in alerts}
        return (
            sorted(alert["title"] for alert in alerts) == sorted(names) and len(tickets) == 1 and None not in tickets
        )

    def told(self) -> str:
        """The open alerts, for the message of a test that fails."""
        return "; ".join(f"{one['title']} {one['text']} in {one['ticket_id']}" for one in self.alerts())

    def state_of(self, ticket: int) -> str:
        """The state of a ticket."""
        return str(self.drifta.ask("GET", f"/tickets/{ticket}")["state"])


@pytest.fixture(scope="module")
def watched_office(laboratory: Lab) -> Iterator[Watched]:
    plan = watching.furnished(OFFICE, "http://127.0.0.1:8000")
    with built(laboratory, ["web", "mail", HOST], plan) as premises:
        yield Watched(premises, enter(premises, PACE))


def test_everything_is_watched_and_well(watched_office: Watched) -> None:
    watched_office.wait_for_calm()
    pings = [f"{name} ping" for name in watched_office.premises.machines]
    assert {*pings, "web https", "web certificate", "mail smtp", "names dns www"} <= set(watched_office.checks("good"))
    kinds = {row["kind"] for row in watched_office.drifta.every("/checks")}
    assert kinds == {kind["kind"] for kind in watched_office.drifta.ask("GET", "/check-kinds")}, (
        "every kind of check is used"
    )
    assert {row["name"] for row in watched_office.drifta.every("/assets")} == set(watched_office.premises.machines)
    assert watched_office.tickets() == []


def test_a_stopped_web_server_is_one_ticket_that_ends_with_the_fault(watched_office: Watched) -> None:
    known = watched_office.wait_for_calm()
    fault, broken_at = catalogue()["web-server-stopped"], datetime.datetime.now(datetime.UTC)
    fault.inject(watched_office.premises)
    try:
        ticket = watched_office.wait_for_alerts("web https port", "web certificate", "web https")
        began = min(datetime.datetime.fromisoformat(alert["began_at"]) for alert in watched_office.alerts())
        assert (began - broken_at).total_seconds() < SOON
        assert [row["id"] for row in watched_office.tickets(*known)] == [ticket]
        assert watched_office.tickets(*known)[0]["subject"].startswith("web https port: ")
        assert watched_office.state_of(ticket) == "new"
    finally:
        fault.heal(watched_office.premises)
    assert watched_office.wait_for_calm() == [ticket, *known]
    eventually(lambda: watched_office.state_of(ticket) == "resolved", "the end of the ticket")


def test_a_host_that_goes_down_is_one_ticket(watched_office: Watched) -> None:
    known = watched_office.wait_for_calm()
    switch = watched_office.premises["switch-norrvik"]
    on_it = {row["name"] for row in watched_office.drifta.every("/checks") if row["name"].startswith("mail ")}
    namespaces.ip(switch.pid, "link set mail down")
    try:
        ticket = watched_office.wait_for_alerts(*on_it)
        assert len(on_it) > 5
        causes = {alert["title"] for alert in watched_office.alerts() if alert["cause_id"] is None}
        assert causes == {"mail ping"}
        assert [row["id"] for row in watched_office.tickets(*known)] == [ticket]
        assert watched_office.tickets(*known)[0]["subject"].startswith("mail ping: ")
    finally:
        namespaces.ip(switch.pid, "link set mail up")
    assert watched_office.wait_for_calm() == [ticket, *known]
    eventually(lambda: watched_office.state_of(ticket) == "resolved", "the end of the ticket")


def test_the_people_of_the_office_report_by_mail_and_are_answered(watched_office: Watched) -> None:
    known = watched_office.wait_for_calm()
    person = PEOPLE[3]
    letter = email.message.EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = person.mail, DESK, "Skrivaren på plan 2"
    letter.set_content("Den svarar inte.\n")
    mail = watched_office.premises["mail"]
    with watched_office.premises["web"].network(), smtplib.SMTP(mail.address, timeout=PATIENCE) as sender:
        sender.send_message(letter)
    eventually(lambda: watched_office.tickets(*known), "a ticket from a mail")
    (row,) = watched_office.tickets(*known)
    assert (row["subject"], row["requester"]["name"], row["channel"]) == ("Skrivaren på plan 2", person.name, "mail")
    with watched_office.premises["web"].network():
        box = imaplib.IMAP4(mail.address, timeout=PATIENCE)
        box.login(person.login, PASSWORD)
        eventually(lambda: confirmed(box), f"a confirmation for {person.mail}")
        box.logout()


def confirmed(box: imaplib.IMAP4) -> bool:
    """Whether a mail of the desk is in the mailbox."""
    box.select("INBOX")
    return bool(box.search(None, "FROM", f"helpdesk@{DOMAIN}")[1][0])
