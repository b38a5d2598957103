"""Two Driftas whose desks write to each other: they stop after a few mails, and nothing is lost."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import make_msgid
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.running import drifta, free_port, until
from tests.walk.post import letter, send
from tests.walk.processes import House
from tests.walk.visitor import PASSWORD

pytestmark = pytest.mark.slow

NORTH, SOUTH = "hjalp@nord.example", "hjelp@sor.example"
#: Mails that both together may make of one: with the marks of machines on them, and without anything that tells.
FEW, MANY = 4, 12
#: What a careless system between the two takes off: marks of machines, threads.
MARKS = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Drifta-Installation", "List-Id", "References",
         "In-Reply-To", "Reply-To", "Message-ID")  # fmt: skip


class Careless:
    """A server that takes every mark off and hands the mail on to where its recipient's desk listens."""

    def __init__(self, ports: dict[str, int]) -> None:
        self.ports = ports

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Hand a mail on."""
        mail = BytesParser(EmailMessage, policy=policy.default).parsebytes(envelope.content)
        for mark in MARKS:
            del mail[mark]
        mail["Message-ID"] = make_msgid(domain="careless.example")
        subject = re.sub(r"\[#\d+\] ?", "", str(mail["Subject"]))
        mail.replace_header("Subject", subject)
        target = self.ports[str(mail["To"].addresses[0].domain)]
        sender = str(mail["From"].addresses[0].addr_spec)
        await asyncio.to_thread(send, target, mail, envelope_from=sender)
        return "250 OK"


@contextmanager
def careless(ports: dict[str, int]) -> Iterator[int]:
    """Run the careless server until the block ends; gives its port."""
    port = free_port()
    controller = Controller(Careless(ports), hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def mails(*houses: House) -> int:
    """Return how many mails the houses have made."""
    return sum(house.count("channels_outgoingmail") for house in houses)


def is_quiet(house: House) -> bool:
    """Whether a house has nothing left to do with mail."""
    waiting = house.count("channels_rawmail", "state = 'received'") + house.count(
        "channels_outgoingmail", "state = 'waiting'"
    )
    jobs = house.count("procrastinate_jobs", "status IN ('todo', 'doing') AND queue_name <> 'periodic'")
    return waiting + jobs == 0


@pytest.mark.parametrize("is_marked", [True, False], ids=["marked", "without marks"])
def test_desks_that_write_to_each_other_stop(is_marked: bool) -> None:
    with drifta() as first, drifta() as second:
        ports = {"nord.example": first.smtp_port, "sor.example": second.smtp_port}
        with careless(ports) as between:
            north, south = House(first), House(second)
            north.set_up(PASSWORD, NORTH, second.smtp_port if is_marked else between)
            south.set_up(PASSWORD, SOUTH, first.smtp_port if is_marked else between)
            send(second.smtp_port, letter(f"Nord <{NORTH}>", "Skrivaren svarar inte", "Hjälp oss, tack.", SOUTH))
            until(lambda: mails(north, south) > 0, what="the confirmation")
            until(lambda: is_quiet(north) and is_quiet(south), 240, "the end")
        assert 1 <= mails(north, south) <= (FEW if is_marked else MANY)
        assert south.count("desk_ticket") >= 1
        for house in (north, south):
            assert house.count("channels_rawmail", "reason = 'error'") == 0
            lost = "state = 'processed' AND ticket IS NULL"
            assert house.count("channels_rawmail", lost) == 0
