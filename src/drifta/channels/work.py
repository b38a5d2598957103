"""The job that works through the mail that was taken in: in order within a lane, several mails in one transaction."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

from drifta.channels import actions
from drifta.channels.models import RawMail
from drifta.kernel.actor import SYSTEM
from drifta.kernel.jobs import begin_turn, job

log = logging.getLogger(__name__)

#: First half of the advisory locks' names, so that they do not meet other locks.
LOCKS = 0x6D61696C


@job(name="channels.work_lane", queue="mail", attempts=20)
def work_lane(lane: int) -> None:
    """Process the waiting mail of one lane until there is none.

    Only one worker is in a lane at a time. One that finds it taken may leave: whoever is in it looks once more after
    giving the lock back, and so sees everything that was there when the other one left.
    """
    begin_turn(_turn(lane))
    while is_waiting(lane):
        with held(lane) as is_mine:
            if not is_mine:
                return
            while mails := actions.claim(SYSTEM, lane=lane):
                attempt(mails)


def enqueue(lane: int) -> None:
    """Have a lane worked through, by a job that waits already or by a new one."""
    work_lane.defer_once(_turn(lane), lane=lane)


def _turn(lane: int) -> str:
    return f"channels.lane:{lane}"


def attempt(mails: list[int]) -> None:
    """Process claimed mails. If several fail, they come again one by one; one that fails is left to people."""
    try:
        actions.process(SYSTEM, mails=mails)
    except (OperationalError, InterfaceError):
        raise  # the database's fault, not the mail's: the job is tried again
    except Exception as error:
        log.exception("Mail could not be processed: %s", mails)
        if len(mails) == 1:
            detail = traceback.format_exception(error)[-1].strip()
            actions.put_aside(SYSTEM, RawMail.objects.get(pk=mails[0]), reason="error", detail=detail)


def is_waiting(lane: int) -> bool:
    """Whether there is mail to be processed."""
    return RawMail.objects.filter(lane=lane, state=RawMail.State.RECEIVED).exists()


@contextmanager
def held(lane: int) -> Iterator[bool]:
    """Hold the lane if nobody else does; PostgreSQL gives it back when the worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, lane])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, lane])
